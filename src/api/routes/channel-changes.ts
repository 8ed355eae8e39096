import type * as z from "zod";
import { camelCased } from "../../kit/case.ts";
import { iso } from "../../kit/time.ts";
import { type ChannelConfig, ChannelFilter } from "../../model/channel-config.ts";
import type { ChannelPatch, SavedChannel } from "../../store/channels.ts";
import type { DescribeChange } from "../change.ts";
import { type FieldError, problem } from "../problem.ts";
import type { ChannelInput, ChannelUpdate } from "./channel-input.ts";
import {
  type CataloguePort,
  type ChannelSaved,
  type ChannelSettings,
  type CheckedChannel,
  channelSubject,
  findChannel,
  invalidChannel,
  type OwnChannelPorts,
  shownChannel,
  unknownChannel,
} from "./channel-ports.ts";

export async function createChannel(
  input: z.output<typeof ChannelInput>,
  change: DescribeChange,
  { catalogue, store, now }: OwnChannelPorts,
): Promise<z.input<typeof ChannelSaved> | Response> {
  const { kind, name } = input;
  const checked = catalogue.create(kind, camelCased(input.settings) as ChannelSettings);
  const filter = ChannelFilter.parse(camelCased(input.filter));
  const problems = [
    ...(checked.kind === "invalid" ? checked.problems : []),
    ...digestProblem(kind, filter, catalogue),
  ];
  if (checked.kind === "invalid" || problems.length > 0) return invalidChannel(problems);
  const { settings, generated } = checked;
  const draft = { kind, name, settings, filter, atMostOnce: input.at_most_once };
  const at = iso(now());
  const after = { ...draft, settings: catalogue.redacted(kind, settings) };
  const saved = await store.addChannel(draft, at, change({ at, subject: null, after }));
  return saved.kind === "saved"
    ? { ...shownChannel(saved.channel, catalogue), ...once(generated) }
    : refused(saved, name);
}

export async function updateChannel(
  id: number,
  input: z.output<typeof ChannelUpdate>,
  change: DescribeChange,
  { catalogue, store, resumed, now }: OwnChannelPorts,
): Promise<z.input<typeof ChannelSaved> | Response> {
  const config = await findChannel(id, store);
  if (config === undefined) return unknownChannel(id);
  const checked = checkedUpdate(config, input, catalogue);
  const filter = ChannelFilter.parse({
    ...config.filter,
    ...(camelCased(input.filter ?? {}) as object),
  });
  const problems = [
    ...(checked.kind === "invalid" ? checked.problems : []),
    ...digestProblem(config.kind, filter, catalogue),
  ];
  if (checked.kind === "invalid" || problems.length > 0) return invalidChannel(problems);
  const patch = patchOf(input, checked.settings, filter);
  const entry = change({
    at: iso(now()),
    subject: channelSubject(id),
    before: shownChannel(config, catalogue),
    after: shownChannel({ ...config, ...patch }, catalogue),
  });
  const saved = await store.updateChannel(config.id, patch, entry);
  if (saved.kind !== "saved") return refused(saved, input.name ?? config.name);
  if (input.status === "active") await resumed(config.id);
  return { ...shownChannel(saved.channel, catalogue), ...once(checked.generated) };
}

/** ChannelSettings that are locked cannot be checked: they stay as they are until they are given anew. */
function checkedUpdate(
  { kind, settings, locked }: ChannelConfig,
  input: z.output<typeof ChannelUpdate>,
  catalogue: CataloguePort,
): CheckedChannel | { kind: "ok"; settings?: undefined; generated: ChannelSettings } {
  const rotates = input.rotate_secret === true;
  if (locked !== undefined && input.settings === undefined && !rotates)
    return { kind: "ok", generated: {} };
  return catalogue.update(
    kind,
    settings,
    camelCased(input.settings ?? {}) as ChannelSettings,
    rotates,
  );
}

export async function removeChannel(
  id: number,
  change: DescribeChange,
  { catalogue, store, now }: OwnChannelPorts,
): Promise<undefined | Response> {
  const config = await findChannel(id, store);
  if (config === undefined) return unknownChannel(id);
  const at = iso(now());
  const entry = change({
    at,
    subject: channelSubject(id),
    before: shownChannel(config, catalogue),
  });
  return (await store.removeChannel(id, at, entry)) ? undefined : unknownChannel(id);
}

const once = (generated: ChannelSettings) =>
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
  settings: ChannelSettings | undefined,
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

const refused = (saved: Exclude<SavedChannel, { kind: "saved" }>, name: string): Response =>
  saved.kind === "taken"
    ? problem(409, `Another channel is called ${JSON.stringify(name)}.`)
    : problem(404, "The channel is gone.");
