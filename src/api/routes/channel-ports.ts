import * as z from "zod";
import type { Verdict } from "../../http/verdict.ts";
import type { Clock } from "../../kit/time.ts";
import { ChannelConfig } from "../../model/channel-config.ts";
import { SignalState } from "../../model/scalars.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import type { ChannelStore } from "../../store/channels.ts";
import { type FieldError, problem } from "../problem.ts";

export type ChannelSettings = Record<string, unknown>;
export type CheckedChannel =
  | { kind: "ok"; settings: ChannelSettings; generated: ChannelSettings }
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
  isStream(kind: string): boolean;
  off(kind: string): string | null;
  redacted(kind: string, settings: ChannelSettings): ChannelSettings;
  create(kind: string, given: ChannelSettings): CheckedChannel;
  update(
    kind: string,
    stored: ChannelSettings,
    given: ChannelSettings,
    rotate: boolean,
  ): CheckedChannel;
  preview(
    kind: string,
    given: ChannelSettings,
    states: readonly SignalState[],
  ): { kind: "ok"; message: unknown } | { kind: "invalid"; problems: FieldError[] };
  test(config: ChannelConfig): Promise<Tested>;
};

type ChannelRows = Omit<ChannelStore, "setChannelStatus"> & Pick<AuditLogStore, "recordChange">;

export type ChannelAdminPorts = {
  catalogue: CataloguePort;
  ownRows(tenant: string): ChannelRows;
  /** Seals what is stored in clear or with an earlier key; null without a key. */
  seal(): Promise<SealingReport | null>;
  /** A channel was switched on: what waits for it may go. Never throws. */
  resumed(channelId: number): Promise<void>;
  now: Clock;
};

/** For the channels of one tenant. */
export type OwnChannelPorts = Omit<ChannelAdminPorts, "ownRows" | "seal"> & { store: ChannelRows };

export const UNSAVED_CHANNEL = "The channel cannot be saved like this.";
export const invalidChannel = (errors: FieldError[]): Response =>
  problem(422, UNSAVED_CHANNEL, { errors });

/** Settings and previews are named and shaped by the kind of the channel. */
const SettingsShown = z.record(z.string(), z.unknown());
export const ChannelShown = ChannelConfig.extend({
  settings: SettingsShown,
  off: z.string().nullable(),
});
export const ChannelSaved = ChannelShown.extend({ shownOnce: SettingsShown.optional() });
export const KindShown = z.object({
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
export const TriedChannel = z.object({
  ok: z.boolean(),
  result: z.string(),
  reason: z.string(),
  httpStatus: z.number().int().nullable().optional(),
  ms: z.number().optional(),
  ambiguous: z.boolean().optional(),
});
export const ChannelPreviews = z.object({
  previews: z.array(z.object({ states: z.array(SignalState), message: z.unknown() })),
});

export const SealingReport = z.object({
  sealed: z.array(z.string()),
  unchanged: z.array(z.string()),
  locked: z.array(z.object({ name: z.string(), reason: z.string() })),
});
export type SealingReport = z.infer<typeof SealingReport>;

/** A channel as it may be read: without its secrets. */
export const shownChannel = (config: ChannelConfig, catalogue: CataloguePort) => ({
  ...config,
  settings: catalogue.redacted(config.kind, config.settings),
  off: config.locked ?? catalogue.off(config.kind),
});

/** The names under which a change of a channel stands in the audit log. */
export const channelSubject = (id: number): string => `channel/${id}`;

export const unknownChannel = (id: number): Response =>
  problem(404, `There is no channel "${id}".`);

export const findChannel = async (
  id: number,
  store: Pick<ChannelStore, "channels">,
): Promise<ChannelConfig | undefined> =>
  (await store.channels()).find((config) => config.id === id);
