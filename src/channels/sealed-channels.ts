import { isSealed, type SecretBox } from "../kit/secret-box.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { ChannelStore, SavedChannel } from "../store/channels.ts";
import { secretNames } from "./_shared/secret-names.ts";
import { channelKind } from "./registry.ts";

type Settings = Record<string, unknown>;

/** What `seal` did with all channels, by name. */
type SealingReport = {
  sealed: string[];
  /** They were sealed with the present key before. */
  unchanged: string[];
  locked: { name: string; reason: string }[];
};

export type SealedChannels = ChannelStore & {
  /** Seals what is stored in clear or with an earlier key. Null: there is no key to seal with. */
  seal(): Promise<SealingReport | null>;
  /** Stored channels as they are used. */
  open(stored: readonly ChannelConfig[]): Promise<ChannelConfig[]>;
};

/** A secret opens in the kind and the field in which it was stored, and nowhere else. */
const contextOf = (kind: string, name: string): string => `channel/${kind}/${name}`;

const secretsOf = (kind: string, settings: Settings): [string, unknown][] => {
  const known = channelKind(kind);
  // Nobody knows which settings of an unknown kind are secrets.
  const names = known ? secretNames(known) : Object.keys(settings);
  return Object.entries(settings).filter(([name]) => names.includes(name));
};

const sealedText = (value: unknown): string | null =>
  typeof value === "string" && isSealed(value) ? value : null;

/**
 * The channels of `store` with their secrets sealed at rest: a row of the table, and a dump of it,
 * holds no secret. Rows from before are read as they are and sealed when they are next written.
 * Secrets that cannot be opened leave a channel `locked`. Without a box nothing is sealed.
 */
export function sealedChannels(store: ChannelStore, box: SecretBox | null): SealedChannels {
  async function sealed(kind: string, settings: Settings): Promise<Settings> {
    if (box === null) return settings;
    const parts = secretsOf(kind, settings).map(async ([name, value]) => [
      name,
      sealedText(value) ?? (await box.seal(JSON.stringify(value), contextOf(kind, name))),
    ]);
    return { ...settings, ...Object.fromEntries(await Promise.all(parts)) };
  }

  async function opened(config: ChannelConfig): Promise<ChannelConfig> {
    const { kind, settings } = config;
    const plain: Settings = { ...settings };
    for (const [name, value] of secretsOf(kind, settings)) {
      const text = sealedText(value);
      if (text === null) continue;
      const answer = await (box?.open(text, contextOf(kind, name)) ?? NO_KEY);
      if (answer.kind === "locked") return { ...config, locked: lockedReason(name, answer.reason) };
      plain[name] = JSON.parse(answer.text);
    }
    return { ...config, settings: plain };
  }

  async function openedAnswer(saved: SavedChannel): Promise<SavedChannel> {
    return saved.kind === "saved" ? { kind: "saved", channel: await opened(saved.channel) } : saved;
  }

  /** A channel never changes its kind, so that it may be read before the write. */
  async function sealedFor(id: number, settings: Settings): Promise<Settings> {
    const config = (await store.channels()).find((each) => each.id === id);
    return config ? sealed(config.kind, settings) : settings;
  }

  const isSafe = ({ kind, settings }: ChannelConfig): boolean =>
    secretsOf(kind, settings).every(([, value]) => {
      const text = sealedText(value);
      return text !== null && box?.isCurrent(text) === true;
    });

  return {
    ...store,
    channels: async () => Promise.all((await store.channels()).map(opened)),
    open: (stored) => Promise.all(stored.map(opened)),
    async addChannel(draft, at, entry) {
      const settings = await sealed(draft.kind, draft.settings);
      return openedAnswer(await store.addChannel({ ...draft, settings }, at, entry));
    },
    async updateChannel(id, patch, entry) {
      const { settings } = patch;
      const safe =
        settings === undefined || box === null
          ? patch
          : { ...patch, settings: await sealedFor(id, settings) };
      return openedAnswer(await store.updateChannel(id, safe, entry));
    },
    async seal() {
      if (box === null) return null;
      const report: SealingReport = { sealed: [], unchanged: [], locked: [] };
      for (const config of await store.channels()) {
        const { id, name, kind } = config;
        const { settings, locked } = await opened(config);
        if (locked !== undefined) report.locked.push({ name, reason: locked });
        else if (isSafe(config)) report.unchanged.push(name);
        else {
          await store.updateChannel(id, { settings: await sealed(kind, settings) });
          report.sealed.push(name);
        }
      }
      return report;
    },
  };
}

const NO_KEY = { kind: "locked", reason: "sealed, and SECRETS_KEY is not set" } as const;

const lockedReason = (name: string, reason: string): string =>
  `its ${name} is ${reason}; put that key into SECRETS_KEY_PREVIOUS, or set ${name} anew`;
