import { Hono } from "hono";
import * as z from "zod";
import type { ProviderStatus } from "../http/provider-guard.ts";
import { IsoInstant } from "../model/scalars.ts";
import type { ApiEnv } from "./access.ts";
import { problem } from "./problem.ts";
import { readReply } from "./reply.ts";

export type SourceStatus = {
  source: string;
  title: string;
  kind: "poll" | "push" | "stream";
  on: boolean;
  /** Why it is off; null when it is on. */
  why: string | null;
  everyMinutes: number | null;
  polledAt: string | null;
  /** When its cursor last changed; of a stream, the time that it reached. */
  movedAt: string | null;
  /** The gravest last answer of the services it calls. */
  lastVerdict: string | null;
  providers: string[];
};

export type SourcesPorts = {
  sources(): Promise<SourceStatus[]>;
  providers(): Promise<ProviderStatus[]>;
  /** False: no such provider. */
  reset(provider: string): Promise<boolean>;
};

/**
 * Of POST /triggers/{source}: read from a time on, and whether the signals that come of it notify.
 */
export const TriggerQuery = z.object({
  since: IsoInstant.optional(),
  notify: z.enum(["true", "false"]).default("false"),
});
export type TriggerOptions = { since?: string; notify: boolean };

export const asTrigger = ({ since, notify }: z.output<typeof TriggerQuery>): TriggerOptions => ({
  notify: notify === "true",
  ...(since !== undefined && { since }),
});

/** What comes in and what is asked: which are on, and how they fare. */
export function sourcesRoutes(ports: SourcesPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/sources", async (c) => readReply(c, { sources: await ports.sources() }));
  app.get("/providers", async (c) => readReply(c, { providers: await ports.providers() }));
  app.post("/providers/:name/reset", async (c) => {
    const name = c.req.param("name");
    if (await ports.reset(name)) return new Response(null, { status: 204 });
    return problem(404, `There is no provider ${JSON.stringify(name.slice(0, 60))}.`);
  });
  return app;
}
