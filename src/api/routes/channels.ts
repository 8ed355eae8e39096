import * as z from "zod";
import type { Verdict } from "../../http/verdict.ts";
import { camelCased } from "../../kit/case.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { ChannelConfig, ChannelFilter } from "../../model/channel-config.ts";
import { SignalState } from "../../model/scalars.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import type { ChannelPatch, ChannelStore, SavedChannel } from "../../store/channels.ts";
import type { DescribeChange } from "../change.ts";
import { type FieldError, problem } from "../problem.ts";
import { type ApiRoute, PathId, route } from "../route.ts";
import { ChannelInput, ChannelUpdate, PreviewInput } from "./channel-input.ts";

type Settings = Record<string, unknown>;
type Checked =
  | { kind: "ok"; settings: Settings; generated: Settings }
  | { kind: "invalid"; problems: FieldError[] };
type Tested =
  | {
      verdict: Verdict;
      httpStatus: number | null;
      ms: number;
      ambiguous: boolean;
      words?: string | null;
    }
  | { problem: string };

/** The channels as src/channels/catalogue.ts gives them. */
export type CataloguePort = {
  kinds(): z.input<typeof KindShown>[];
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
  store: Omit<ChannelStore, "setChannelStatus"> & Pick<AuditLogStore, "recordChange">;
  /** Seals what is stored in clear or with an earlier key; null without a key. */
  seal(): Promise<SealingReport | null>;
  /** A channel was switched on: what waits for it may go. Never throws. */
  resumed(channelId: number): Promise<void>;
  now: Clock;
};

const UNSAVED = "The channel cannot be saved like this.";
const invalid = (errors: FieldError[]): Response => problem(422, UNSAVED, { errors });

/** Settings and previews are named and shaped by the kind of the channel. */
const SettingsShown = z.record(z.string(), z.unknown());
const ChannelShown = ChannelConfig.extend({ settings: SettingsShown, off: z.string().nullable() });
const ChannelSaved = ChannelShown.extend({ shownOnce: SettingsShown.optional() });
const KindShown = z.object({
  kind: z.string(),
  title: z.string(),
  docs: z.string(),
  digests: z.boolean(),
  off: z.string().nullable(),
  settings: z.object({
    required: z.array(z.string()),
    properties: z.record(z.string(), z.unknown()),
  }),
});
const Tried = z.object({
  ok: z.boolean(),
  result: z.string(),
  reason: z.string(),
  httpStatus: z.number().int().nullable().optional(),
  ms: z.number().optional(),
  ambiguous: z.boolean().optional(),
});
const Previews = z.object({
  previews: z.array(z.object({ states: z.array(SignalState), message: z.unknown() })),
});

const SealingReport = z.object({
  sealed: z.array(z.string()),
  unchanged: z.array(z.string()),
  locked: z.array(z.object({ name: z.string(), reason: z.string() })),
});
type SealingReport = z.infer<typeof SealingReport>;

const ChannelParams = z.object({ id: PathId("channel") });
const EXAMPLE_HOOK = {
  kind: "webhook",
  name: "hook",
  settings: { url: "https://example.com/in" },
};

/**
 * Where notifications go. Secrets are written, never read back: one that was made here is shown in
 * the answer that made it, under `shown_once`.
 */
export const channelRoutes = (ports: ChannelAdminPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/channels",
    access: "operations",
    tag: "delivery",
    operationId: "listChannels",
    summary: "Channels and the kinds there are. Secrets are never read back.",
    answer: z.object({ channels: z.array(ChannelShown), kinds: z.array(KindShown) }),
    status: 200,
    async handle() {
      const channels = await ports.store.channels();
      const kinds = ports.catalogue.kinds();
      return { channels: channels.map((config) => shown(config, ports.catalogue)), kinds };
    },
  }),
  route({
    method: "POST",
    path: "/channels",
    access: "write",
    tag: "delivery",
    operationId: "createChannel",
    summary: "Adds a channel.",
    body: ChannelInput,
    refusal: UNSAVED,
    answer: ChannelSaved,
    status: 201,
    example: { body: EXAMPLE_HOOK },
    handle: ({ body, change }) => create(body, change, ports),
  }),
  route({
    method: "PATCH",
    path: "/channels/:id",
    access: "write",
    tag: "delivery",
    operationId: "updateChannel",
    summary: "Changes a channel.",
    params: ChannelParams,
    body: ChannelUpdate,
    refusal: UNSAVED,
    answer: ChannelSaved,
    status: 200,
    example: { params: { id: "1" }, body: { filter: { min_score: 20 } } },
    handle: ({ params: { id }, body, change }) => update(id, body, change, ports),
  }),
  route({
    method: "DELETE",
    path: "/channels/:id",
    access: "write",
    tag: "delivery",
    operationId: "deleteChannel",
    summary: "Removes a channel; its deliveries stay readable.",
    params: ChannelParams,
    status: 204,
    example: { params: { id: "1" } },
    handle: ({ params: { id }, change }) => remove(id, change, ports),
  }),
  route({
    method: "POST",
    path: "/channels/preview",
    access: "operations",
    tag: "delivery",
    operationId: "previewChannel",
    effect: "none",
    summary: "What a channel's messages would look like.",
    body: PreviewInput,
    refusal: UNSAVED,
    answer: Previews,
    status: 200,
    example: { body: { kind: "webhook", states: ["verified"] } },
    handle: ({ body }) => preview(body, ports.catalogue),
  }),
  route({
    method: "POST",
    path: "/channels/encrypt",
    access: "write",
    tag: "delivery",
    operationId: "encryptChannels",
    summary: "Encrypts secrets that are stored in clear or under an earlier SECRETS_KEY.",
    answer: SealingReport,
    status: 200,
    handle: ({ change }) => encrypt(change, ports),
  }),
  route({
    method: "POST",
    path: "/channels/:id/test",
    access: "write",
    tag: "delivery",
    operationId: "testChannel",
    heavy: true,
    summary: "Sends a test message.",
    params: ChannelParams,
    answer: Tried,
    status: 200,
    example: { params: { id: "1" } },
    handle: ({ params: { id }, change }) => sendTest(id, change, ports),
  }),
];

const shown = (config: ChannelConfig, catalogue: CataloguePort) => ({
  ...config,
  settings: catalogue.redacted(config.kind, config.settings),
  off: config.locked ?? catalogue.off(config.kind),
});

/** The names under which a change of a channel stands in the audit log. */
const subjectOf = (id: number): string => `channel/${id}`;

async function create(
  input: z.output<typeof ChannelInput>,
  change: DescribeChange,
  { catalogue, store, now }: ChannelAdminPorts,
): Promise<z.input<typeof ChannelSaved> | Response> {
  const { kind, name } = input;
  const checked = catalogue.create(kind, camelCased(input.settings) as Settings);
  const filter = ChannelFilter.parse(camelCased(input.filter));
  const problems = [
    ...(checked.kind === "invalid" ? checked.problems : []),
    ...digestProblem(kind, filter, catalogue),
  ];
  if (checked.kind === "invalid" || problems.length > 0) return invalid(problems);
  const { settings, generated } = checked;
  const draft = { kind, name, settings, filter, atMostOnce: input.at_most_once };
  const at = iso(now());
  const after = { ...draft, settings: catalogue.redacted(kind, settings) };
  const saved = await store.addChannel(draft, at, change({ at, subject: null, after }));
  return saved.kind === "saved"
    ? { ...shown(saved.channel, catalogue), ...once(generated) }
    : refused(saved, name);
}

async function update(
  id: number,
  input: z.output<typeof ChannelUpdate>,
  change: DescribeChange,
  { catalogue, store, resumed, now }: ChannelAdminPorts,
): Promise<z.input<typeof ChannelSaved> | Response> {
  const config = await find(id, store);
  if (config === undefined) return unknown(id);
  const checked = checkedUpdate(config, input, catalogue);
  const filter = ChannelFilter.parse({
    ...config.filter,
    ...(camelCased(input.filter ?? {}) as object),
  });
  const problems = [
    ...(checked.kind === "invalid" ? checked.problems : []),
    ...digestProblem(config.kind, filter, catalogue),
  ];
  if (checked.kind === "invalid" || problems.length > 0) return invalid(problems);
  const patch = patchOf(input, checked.settings, filter);
  const entry = change({
    at: iso(now()),
    subject: subjectOf(id),
    before: shown(config, catalogue),
    after: shown({ ...config, ...patch }, catalogue),
  });
  const saved = await store.updateChannel(config.id, patch, entry);
  if (saved.kind !== "saved") return refused(saved, input.name ?? config.name);
  if (input.status === "active") await resumed(config.id);
  return { ...shown(saved.channel, catalogue), ...once(checked.generated) };
}

/** Settings that are locked cannot be checked: they stay as they are until they are given anew. */
function checkedUpdate(
  { kind, settings, locked }: ChannelConfig,
  input: z.output<typeof ChannelUpdate>,
  catalogue: CataloguePort,
): Checked | { kind: "ok"; settings?: undefined; generated: Settings } {
  const rotates = input.rotate_secret === true;
  if (locked !== undefined && input.settings === undefined && !rotates)
    return { kind: "ok", generated: {} };
  return catalogue.update(kind, settings, camelCased(input.settings ?? {}) as Settings, rotates);
}

async function remove(
  id: number,
  change: DescribeChange,
  { catalogue, store, now }: ChannelAdminPorts,
): Promise<undefined | Response> {
  const config = await find(id, store);
  if (config === undefined) return unknown(id);
  const at = iso(now());
  const entry = change({ at, subject: subjectOf(id), before: shown(config, catalogue) });
  return (await store.removeChannel(id, at, entry)) ? undefined : unknown(id);
}

/** A message has the names of its service, so it goes out as it is. */
function preview(input: z.output<typeof PreviewInput>, catalogue: CataloguePort): Response {
  const groups = input.digest ? [input.states] : input.states.map((state) => [state]);
  const settings = camelCased(input.settings) as Settings;
  const previews = groups.map((states) => ({
    states,
    ...catalogue.preview(input.kind, settings, states),
  }));
  const problems = previews.find((made) => made.kind === "invalid");
  if (problems?.kind === "invalid") return invalid(problems.problems);
  return Response.json({
    previews: previews.map((made) => ({
      states: made.states,
      message: "message" in made ? made.message : null,
    })),
  });
}

async function sendTest(
  id: number,
  change: DescribeChange,
  { catalogue, store, resumed, now }: ChannelAdminPorts,
): Promise<z.input<typeof Tried> | Response> {
  const config = await find(id, store);
  if (config === undefined) return unknown(id);
  await store.recordChange(change({ at: iso(now()), subject: subjectOf(id) }));
  const tested = await catalogue.test(config);
  if ("problem" in tested) return { ok: false, result: "refused", reason: tested.problem };
  const { verdict, httpStatus, ms, ambiguous, words } = tested;
  const ok = verdict.kind === "ok";
  // What paused it was fixed, as the target itself says.
  if (ok && config.status === "paused") {
    await store.updateChannel(config.id, { status: "active", statusReason: null });
    await resumed(config.id);
  }
  const reason = words ? `${verdict.reason}: ${words}` : verdict.reason;
  return { ok, result: verdict.kind, reason, httpStatus, ms, ambiguous };
}

async function encrypt(
  change: DescribeChange,
  { store, seal, now }: ChannelAdminPorts,
): Promise<SealingReport | Response> {
  await store.recordChange(change({ at: iso(now()), subject: "channels" }));
  return (await seal()) ?? problem(409, "SECRETS_KEY is not set: there is no key to seal with.");
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
  settings: Settings | undefined,
  filter: ChannelFilter,
): ChannelPatch => ({
  ...(settings && { settings }),
  filter,
  ...(input.name !== undefined && { name: input.name }),
  ...(input.at_most_once !== undefined && { atMostOnce: input.at_most_once }),
  ...(input.status !== undefined && {
    status: input.status,
    statusReason: input.status === "active" ? null : "by an operator",
  }),
});

const unknown = (id: number): Response => problem(404, `There is no channel "${id}".`);

const find = async (
  id: number,
  store: Pick<ChannelStore, "channels">,
): Promise<ChannelConfig | undefined> =>
  (await store.channels()).find((config) => config.id === id);

const refused = (saved: Exclude<SavedChannel, { kind: "saved" }>, name: string): Response =>
  saved.kind === "taken"
    ? problem(409, `Another channel is called ${JSON.stringify(name)}.`)
    : problem(404, "The channel is gone.");
