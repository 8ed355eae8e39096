import { Hono } from "hono";
import { expect, it } from "vitest";
import * as z from "zod";
import { fakePorts } from "../../test/support/api.ts";
import type { ApiEnv } from "./context.ts";
import { openapiRoutes } from "./openapi.ts";
import { type ApiRoute, route } from "./route.ts";

it("writes the document once, however often it is asked for", async () => {
  const shown = route({
    method: "GET",
    path: "/things",
    access: "open",
    tag: "feed",
    operationId: "listThings",
    summary: "Things.",
    answer: z.object({ things: z.array(z.string()) }),
    status: 200,
    handle: () => ({ things: [] }),
  });
  let read = 0;
  const watched: ApiRoute = {
    ...shown,
    get summary() {
      read += 1;
      return "Things.";
    },
  };
  const [document] = openapiRoutes("1.0.0", [watched]);
  const app = new Hono<ApiEnv>();
  app.get("/openapi.json", (context) => {
    context.set("caller", { kind: "nobody" });
    return document?.respond(context, fakePorts()) ?? context.notFound();
  });
  const ask = () => app.request("/openapi.json");
  const first = await (await ask()).text();
  const before = read;
  expect(before).toBeGreaterThan(0);
  expect(await (await ask()).text()).toBe(first);
  expect(read).toBe(before);
});
