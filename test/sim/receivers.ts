import { ChannelFilter } from "../../src/model/channel-config.ts";
import type { Store } from "../../src/store/index.ts";
import { HOOKS } from "./targets.ts";

type Receiver = { kind: string; name: string; settings: object; target: string };

const secrets = [`whsec_${btoa("0123456789abcdef0123456789abcdef")}`];
const HOOK: Receiver = {
  kind: "webhook",
  name: "hook",
  settings: { url: `${HOOKS}/all`, secrets },
  target: `${HOOKS}/all`,
};
const GROUP: Receiver = {
  kind: "telegram",
  name: "group",
  settings: { chatId: "-1001", updates: "new" },
  target: "telegram:-1001",
};
const CHAT: Receiver = {
  kind: "telegram",
  name: "chat",
  settings: { chatId: "77", updates: "reply_and_edit" },
  target: "telegram:77",
};
const MAILBOX: Receiver = {
  kind: "email",
  name: "mail",
  settings: { to: ["ops@sim.dev"] },
  target: "mail:ops@sim.dev",
};

/** Comes later, where channels change. */
const LATE_HOOK: Receiver = {
  kind: "webhook",
  name: "late",
  settings: { url: `${HOOKS}/late`, secrets },
  target: `${HOOKS}/late`,
};

async function add(
  { target, ...draft }: Receiver,
  store: Store,
  at: string,
  made: Map<number, string>,
): Promise<number> {
  const added = {
    ...draft,
    settings: { ...draft.settings },
    filter: ChannelFilter.parse({}),
    atMostOnce: false,
  };
  const saved = await store.addChannel(added, at);
  if (saved.kind !== "saved") throw new Error(`channel ${draft.name}: ${saved.kind}`);
  made.set(saved.channel.id, target);
  return saved.channel.id;
}

/**
 * A hook that takes all, a group in Telegram that gets new messages, and a chat in which older ones
 * are corrected or a mailbox that now and then gets digests. Answers the target of each channel by
 * its id.
 */
export async function addChannels(
  store: Store,
  mailed: boolean,
  at: string,
): Promise<Map<number, string>> {
  const made = new Map<number, string>();
  for (const receiver of [HOOK, GROUP, mailed ? MAILBOX : CHAT])
    await add(receiver, store, at, made);
  return made;
}

export const addLateHook = (store: Store, at: string, made: Map<number, string>): Promise<number> =>
  add(LATE_HOOK, store, at, made);
