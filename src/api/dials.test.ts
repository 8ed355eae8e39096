import { expect, it } from "vitest";
import { apiApp } from "./app.ts";
import type { DialsPort } from "./dials.ts";
import { ADMIN_KEY, fakePorts } from "./fakes.ts";

const send = (
  dials: DialsPort,
  method: string,
  path: string,
  body?: unknown,
  key: string | null = ADMIN_KEY,
) =>
  apiApp(fakePorts({ dials }, { publicRead: "operations" })).request(path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(key !== null && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

function emulators() {
  const asked: unknown[] = [];
  const dials: DialsPort = {
    ask: async (...call) => {
      asked.push(call);
      if (call[1] === "nobody") return { status: 404, json: { error: "no twin nobody" } };
      if (call[1] === "rain") return { status: 400, json: { error: "fault must be of 500" } };
      if (call[1] === "down") return { status: 503, json: undefined };
      return { status: 200, json: { emulators: ["x"], headerStyles: ["none"], dials: {} } };
    },
  };
  return { dials, asked };
}

it("is not there where services are real", async () => {
  for (const [method, path] of [
    ["GET", "/dials"],
    ["PUT", "/dials/x"],
    ["DELETE", "/dials/x"],
  ] as const) {
    const answer = await send(null, method, path, method === "PUT" ? { fault: "500" } : undefined);
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining("local stack alone"),
    ]);
  }
});

it("shows and turns the dials of the stand-ins, for an admin only", async () => {
  const { dials, asked } = emulators();
  expect(await (await send(dials, "GET", "/dials", undefined, null)).json()).toEqual({
    ...{ emulators: ["x"], header_styles: ["none"], dials: {} },
  });
  expect(
    (await send(dials, "PUT", "/dials/x", { fault: "429", rate: 0.5, header_style: "retry-after" }))
      .status,
  ).toBe(200);
  expect((await send(dials, "DELETE", "/dials/*")).status).toBe(204);
  expect((await send(dials, "PUT", "/dials/x", { fault: "429" }, null)).status).toBe(401);
  expect(asked.slice(1)).toEqual([
    [
      "PUT",
      "x",
      { fault: "429", rate: 0.5, headerStyle: "retry-after", retryAfterSeconds: undefined },
    ],
    ["DELETE", "*"],
  ]);
});

it("names what is wrong with a setting", async () => {
  const { dials } = emulators();
  const wrong = await send(dials, "PUT", "/dials/x", { fault: "500", rate: 2 });
  expect([
    wrong.status,
    ((await wrong.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path),
  ]).toEqual([422, ["rate"]]);
  const said = await Promise.all(
    ["rain", "nobody", "down"].map((name) =>
      send(dials, "PUT", `/dials/${name}`, { fault: "rain" }),
    ),
  );
  expect(said.map(({ status }) => status)).toEqual([422, 404, 503]);
  expect(await said[0]?.text()).toContain("fault must be of 500");
});
