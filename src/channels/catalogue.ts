import * as z from "zod";
import { snakeCased } from "../kit/case.ts";
import { sha256Hex } from "../kit/hash.ts";
import type { Clock } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { SignalState } from "../model/scalars.ts";
import type { ChannelEnv } from "../settings/settings.ts";
import { sampleNotification } from "./_shared/sample.ts";
import { mergeSettings, redactSecrets } from "./_shared/secrets.ts";
import type { AnyChannel, SendPorts, SendResult, SettingProblem } from "./channel.ts";
import { CHANNELS, channelKind, isStreamKind } from "./registry.ts";

export type CataloguePorts = Pick<SendPorts, "fetch" | "telemetry"> & {
  env: ChannelEnv;
  now: Clock;
  randomBytes(count: number): Uint8Array;
};

type Settings = Record<string, unknown>;
export type CheckedSettings =
  | { kind: "ok"; settings: Settings; generated: Settings }
  | { kind: "invalid"; problems: SettingProblem[] };

const wireName = (name: string): string =>
  Object.keys(snakeCased({ [name]: 0 }) as object)[0] ?? name;
const wireProblem = ({ path, message }: SettingProblem): SettingProblem => ({
  path: ["settings", ...path.split(".").filter(Boolean).map(wireName)].join("."),
  message,
});
const KINDS = CHANNELS.map(({ kind }) => kind);
const unknownKind = (kind: string): SettingProblem => ({
  path: "kind",
  message: `there is no channel ${JSON.stringify(kind)}; there are ${KINDS.join(", ")}`,
});

/** What a person needs to set up a kind. Settings have their names on the wire. */
function described({ kind, title, docs, digests, settings, missing }: AnyChannel, env: ChannelEnv) {
  const schema = z.toJSONSchema(settings, { io: "input", unrepresentable: "any" });
  const properties = Object.entries(schema.properties ?? {}).map(([name, part]) => [
    wireName(name),
    part,
  ]);
  return {
    kind,
    title,
    docs,
    digests: digests !== null,
    off: missing(env),
    settings: {
      required: (schema.required ?? []).map(wireName),
      properties: Object.fromEntries(properties),
    },
  };
}

/** The channels as the HTTP API needs them; the API knows no kind by name. */
export function channelCatalogue(ports: CataloguePorts) {
  const { env, now } = ports;

  function checked(kind: AnyChannel, settings: Settings, generated: Settings): CheckedSettings {
    const opening = kind.open(settings, env);
    if (opening.kind === "invalid")
      return { kind: "invalid", problems: opening.problems.map(wireProblem) };
    return { kind: "ok", settings: opening.channel.settings, generated };
  }

  return {
    kinds: () => CHANNELS.map((kind) => described(kind, env)),
    digests: (kind: string): boolean => (channelKind(kind)?.digests ?? null) !== null,
    isStream: isStreamKind,
    /** Why this deployment cannot send to channels of the kind. */
    off: (kind: string): string | null => channelKind(kind)?.missing(env) ?? null,
    redacted: (kind: string, settings: Settings): Settings =>
      redactSecrets(channelKind(kind), settings),

    /** Settings of a new channel. The `generated` ones are shown this once. */
    create(name: string, given: Settings): CheckedSettings {
      const kind = channelKind(name);
      if (!kind) return { kind: "invalid", problems: [unknownKind(name)] };
      const generated = kind.generateSettings?.(given, ports.randomBytes) ?? {};
      return checked(kind, { ...given, ...generated }, generated);
    },

    /**
     * Settings of a channel after an update. `rotate` generates a new secret and keeps the newest
     * old one.
     */
    update(name: string, stored: Settings, given: Settings, rotate: boolean): CheckedSettings {
      const kind = channelKind(name);
      if (!kind) return { kind: "invalid", problems: [unknownKind(name)] };
      const merged = mergeSettings(stored, given);
      if (!rotate) return checked(kind, merged, {});
      if (!kind.rotate)
        return {
          kind: "invalid",
          problems: [{ path: "rotate_secret", message: "this kind has no secret of ours" }],
        };
      const fresh = kind.rotate(merged, ports.randomBytes);
      return checked(kind, { ...merged, ...fresh.settings }, fresh.generated);
    },

    /**
     * How a channel of the kind would show a signal in one of `states`, or a digest of several.
     */
    preview(name: string, given: Settings, states: readonly SignalState[]) {
      const kind = channelKind(name);
      if (!kind) return { kind: "invalid" as const, problems: [unknownKind(name)] };
      const opening = kind.open({ ...kind.example, ...given }, env);
      if (opening.kind === "invalid")
        return { kind: "invalid" as const, problems: opening.problems.map(wireProblem) };
      if (states.length > 1 && kind.digests === null && !kind.stream)
        return {
          kind: "invalid" as const,
          problems: [{ path: "digest", message: "this kind sends each signal by itself" }],
        };
      return {
        kind: "ok" as const,
        message: opening.channel.render(states.map((state) => sampleNotification(state, now()))),
      };
    },

    /** Sends a sample signal, outside the outbox. */
    async test(config: ChannelConfig): Promise<SendResult | { problem: string }> {
      const kind = channelKind(config.kind);
      if (!kind) return { problem: unknownKind(config.kind).message };
      const off = config.locked ?? kind.missing(env);
      if (off !== null) return { problem: off };
      const opening = kind.open(config.settings, env);
      if (opening.kind === "invalid") {
        return {
          problem: opening.problems
            .map(({ path, message }) => `${wireName(path)} ${message}`)
            .join("; "),
        };
      }
      const idemKey = sha256Hex(`test:${config.id}:${now()}`);
      const { fetch, telemetry } = ports;
      const sendPorts: SendPorts = {
        env,
        fetch,
        now,
        idemKey,
        prior: null,
        log: () => undefined,
        ...(telemetry && { telemetry }),
      };
      return opening.channel.send([sampleNotification("verified", now())], sendPorts);
    },
  };
}
