import { type Context, Hono } from "hono";
import type * as z from "zod";
import type { Verdict } from "../http/verdict.ts";
import { camelCased } from "../kit/case.ts";
import { type Clock, iso } from "../kit/time.ts";
import { type ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import type { SignalState } from "../model/scalars.ts";
import type { ChannelPatch, SavedChannel } from "../store/admin.ts";
import type { AdminStore, ChannelStore } from "../store/index.ts";
import type { ApiEnv } from "./access.ts";
import { jsonBody } from "./body.ts";
import { ChannelInput, ChannelUpdate, PreviewInput } from "./channel-input.ts";
import { type FieldError, fieldErrors, problem } from "./problem.ts";
import { jsonReply, readReply } from "./reply.ts";

type Settings = Record<string, unknown>;
type Checked =
  | { kind: "ok"; settings: Settings; generated: Settings }
  | { kind: "invalid"; problems: FieldError[] };
type Tested =
  | { verdict: Verdict; httpStatus: number | null; ms: number; ambiguous: boolean }
  | { problem: string };

/** The channels as src/channels/catalogue.ts gives them. */
export type CataloguePort = {
  kinds(): object[];
  digests(kind: string): boolean;
  off(kind: string): string | null;
  redacted(kind: string, settings: Settings): Settings;
  create(kind: string, given: Settings): Checked;
  update(kind: string, stored: Settings, given: Settings, rotate: boolean): Checked;
  preview(
    kind: string,
    given: Settings,
    states: readonly SignalState[],
  ): { kind: "ok"; message: unknown } | { kind: "invalid"; problems: FieldError[] };
  test(config: ChannelConfig): Promise<Tested>;
};

export type ChannelAdminPorts = {
  catalogue: CataloguePort;
  store: Pick<ChannelStore, "channels"> &
    Pick<AdminStore, "addChannel" | "updateChannel" | "removeChannel">;
  /** A channel was switched on: what waits for it may go. Never throws. */
  resumed(channelId: number): Promise<void>;
  now: Clock;
};

const MAX_BODY = 50_000;
const invalid = (errors: FieldError[]): Response =>
  problem(422, "The channel cannot be saved like this.", { errors });

/**
 * Where notifications go. Secrets are written, never read back: one that was made here is shown in
 * the answer that made it, under `shown_once`.
 */
export function channelRoutes(ports: ChannelAdminPorts): Hono<ApiEnv> {
  const { catalogue, store, now } = ports;
  const app = new Hono<ApiEnv>();

  const shown = (config: ChannelConfig) => ({
    ...config,
    settings: catalogue.redacted(config.kind, config.settings),
    off: catalogue.off(config.kind),
  });

  app.get("/channels", async (c) => {
    const channels = await store.channels();
    return readReply(c, { channels: channels.map(shown), kinds: catalogue.kinds() });
  });

  app.post("/channels", async (c) => {
    const input = await read(c, ChannelInput);
    if (input instanceof Response) return input;
    const { kind, name } = input;
    const checked = catalogue.create(kind, camelCased(input.settings) as Settings);
    const filter = ChannelFilter.parse(camelCased(input.filter));
    const problems = [
      ...(checked.kind === "invalid" ? checked.problems : []),
      ...digestProblem(kind, filter, catalogue),
    ];
    if (checked.kind === "invalid" || problems.length > 0) return invalid(problems);
    const { settings, generated } = checked;
    const saved = await store.addChannel(
      { kind, name, settings, filter, atMostOnce: input.at_most_once },
      iso(now()),
    );
    return saved.kind === "saved"
      ? jsonReply(201, { ...shown(saved.channel), ...once(generated) })
      : refused(saved, name);
  });

  app.patch("/channels/:id", async (c) => {
    const input = await read(c, ChannelUpdate);
    if (input instanceof Response) return input;
    const config = await find(c, store);
    if (config instanceof Response) return config;
    const checked = catalogue.update(
      config.kind,
      config.settings,
      camelCased(input.settings ?? {}) as Settings,
      input.rotate_secret === true,
    );
    const filter = ChannelFilter.parse({
      ...config.filter,
      ...(camelCased(input.filter ?? {}) as object),
    });
    const problems = [
      ...(checked.kind === "invalid" ? checked.problems : []),
      ...digestProblem(config.kind, filter, catalogue),
    ];
    if (checked.kind === "invalid" || problems.length > 0) return invalid(problems);
    const saved = await store.updateChannel(config.id, patchOf(input, checked.settings, filter));
    if (saved.kind !== "saved") return refused(saved, input.name ?? config.name);
    if (input.status === "active") await ports.resumed(config.id);
    return jsonReply(200, { ...shown(saved.channel), ...once(checked.generated) });
  });

  app.delete("/channels/:id", async (c) => {
    const id = idOf(c);
    return id !== null && (await store.removeChannel(id, iso(now())))
      ? new Response(null, { status: 204 })
      : unknown(c);
  });

  app.post("/channels/preview", async (c) => {
    const input = await read(c, PreviewInput);
    if (input instanceof Response) return input;
    const groups = input.digest ? [input.states] : input.states.map((state) => [state]);
    const settings = camelCased(input.settings) as Settings;
    const previews = groups.map((states) => ({
      states,
      ...catalogue.preview(input.kind, settings, states),
    }));
    const problems = previews.find((preview) => preview.kind === "invalid");
    if (problems?.kind === "invalid") return invalid(problems.problems);
    return Response.json({
      previews: previews.map((made) => ({
        states: made.states,
        message: "message" in made ? made.message : null,
      })),
    });
  });

  app.post("/channels/:id/test", async (c) => {
    const config = await find(c, store);
    if (config instanceof Response) return config;
    const tested = await catalogue.test(config);
    if ("problem" in tested)
      return jsonReply(200, { ok: false, result: "refused", reason: tested.problem });
    const { verdict, httpStatus, ms, ambiguous } = tested;
    const ok = verdict.kind === "ok";
    // What paused it was fixed, as the target itself says.
    if (ok && config.status === "paused") {
      await store.updateChannel(config.id, { status: "active", statusReason: null });
      await ports.resumed(config.id);
    }
    return jsonReply(200, {
      ok,
      result: verdict.kind,
      reason: verdict.reason,
      httpStatus,
      ms,
      ambiguous,
    });
  });

  return app;
}

const once = (generated: Settings) =>
  Object.keys(generated).length > 0 ? { shownOnce: generated } : {};

const digestProblem = (
  kind: string,
  { digestMinutes }: ChannelFilter,
  catalogue: CataloguePort,
): FieldError[] =>
  digestMinutes > 0 && !catalogue.digests(kind)
    ? [{ path: "filter.digest_minutes", message: `must be 0: ${kind} sends each signal by itself` }]
    : [];

const patchOf = (
  input: z.output<typeof ChannelUpdate>,
  settings: Settings,
  filter: ChannelFilter,
): ChannelPatch => ({
  settings,
  filter,
  ...(input.name !== undefined && { name: input.name }),
  ...(input.at_most_once !== undefined && { atMostOnce: input.at_most_once }),
  ...(input.status !== undefined && {
    status: input.status,
    statusReason: input.status === "active" ? null : "by an operator",
  }),
});

const idOf = (c: Context<ApiEnv>): number | null =>
  /^\d{1,15}$/.test(c.req.param("id") ?? "") ? Number(c.req.param("id")) : null;
const unknown = (c: Context<ApiEnv>): Response =>
  problem(404, `There is no channel ${JSON.stringify((c.req.param("id") ?? "").slice(0, 40))}.`);

async function find(
  c: Context<ApiEnv>,
  store: Pick<ChannelStore, "channels">,
): Promise<ChannelConfig | Response> {
  const id = idOf(c);
  return (await store.channels()).find((config) => config.id === id) ?? unknown(c);
}

const refused = (saved: Exclude<SavedChannel, { kind: "saved" }>, name: string): Response =>
  saved.kind === "taken"
    ? problem(409, `Another channel is called ${JSON.stringify(name)}.`)
    : problem(404, "The channel is gone.");

async function read<S extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: S,
): Promise<z.output<S> | Response> {
  const body = await jsonBody(c.req.raw, MAX_BODY);
  if (body.kind === "refused") return body.response;
  const parsed = schema.safeParse(body.value);
  return parsed.success ? parsed.data : invalid(fieldErrors(parsed.error));
}
