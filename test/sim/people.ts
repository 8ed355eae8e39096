import { resendDeadLetters } from "../../src/intake/resend.ts";
import { iso } from "../../src/kit/time.ts";
import { live } from "./actors.ts";
import { addLateHook } from "./receivers.ts";
import { storeOf } from "./services.ts";
import type { World } from "./world.ts";

/* Those who look after channels and dead letters while posts come. */

const MINUTE = 60_000;
const BY_HAND = "paused by hand";

/** Switches on again what a target's refusal switched off, as a person would. */
export async function operator(world: World): Promise<void> {
  const { kernel, store } = world;
  for (;;) {
    await kernel.pause(5 * MINUTE);
    await kernel.real(async () => {
      for (const { id, status, statusReason } of await store.channels())
        if (status !== "active" && statusReason !== BY_HAND)
          await store.updateChannel(id, { status: "active", statusReason: null });
    });
  }
}

/**
 * Has channels of mail collect for a while and send at once again, at any moment, as a person who
 * tries out which is better.
 */
export async function collector({ kernel, store }: World): Promise<void> {
  for (let digestMinutes = 3; ; digestMinutes = 3 - digestMinutes) {
    await kernel.real(async () => {
      for (const { id, kind, filter } of await store.channels())
        if (kind === "email")
          await store.updateChannel(id, { filter: { ...filter, digestMinutes } });
    });
    await kernel.pause(kernel.dice.int(1, 8) * MINUTE);
  }
}

/** When a channel was paused by a person, in virtual milliseconds. */
export type Pause = { channelId: number; from: number; to: number };

/** Pauses the chats now and then for some minutes while there are posts, and notes when. */
export async function pauser(untilMs: number, pauses: Pause[], world: World): Promise<void> {
  const { kernel, store } = world;
  while (kernel.now() < untilMs) {
    await kernel.pause(kernel.dice.int(2, 12) * MINUTE);
    await kernel.real(async () => {
      for (const { id, kind, status } of await store.channels())
        if (kind !== "webhook" && status === "active" && kernel.dice.chance(0.5)) {
          await store.updateChannel(id, { status: "paused", statusReason: BY_HAND });
          pauses.push({ channelId: id, from: kernel.now(), to: Number.POSITIVE_INFINITY });
        }
    });
    await kernel.pause(kernel.dice.int(1, 6) * MINUTE);
    await kernel.real(async () => {
      for (const pause of pauses.filter(({ to }) => to === Number.POSITIVE_INFINITY)) {
        pause.to = kernel.now();
        await store.updateChannel(pause.channelId, { status: "active", statusReason: null });
        await store.bringForward(pause.channelId, new Date(kernel.now()).toISOString());
      }
    });
  }
}

/** What was done to channels at `at`. */
export type ChannelEdits = {
  at: number;
  added: number;
  removed: number;
  muted: { channelId: number; eventKey: string };
};

/**
 * Adds a channel, removes one, and mutes an event in a third that people were notified of.
 * Undefined when that is to happen in no history like this one.
 */
export async function editor(
  targets: Map<number, string>,
  done: (edits: ChannelEdits) => void,
  { kernel, store, changes }: World,
): Promise<void> {
  if (changes.channelsAt === Number.POSITIVE_INFINITY) return;
  await kernel.pause(changes.channelsAt - kernel.now());
  await kernel.real(async () => {
    const at = kernel.now();
    const added = await addLateHook(store, iso(at), targets);
    const [, group, chat] = await store.channels();
    if (group === undefined || chat === undefined) throw new Error("channels are gone");
    await store.removeChannel(group.id, iso(at));
    const first = { limit: 1, cursor: null };
    const { items } = await store.outbox({ status: null, channelId: chat.id, since: null }, first);
    const eventKey = items[0]?.eventKey ?? "";
    const filter = { ...chat.filter, mutedEvents: [eventKey] };
    await store.updateChannel(chat.id, { filter });
    done({ at, added, removed: group.id, muted: { channelId: chat.id, eventKey } });
  });
}

const REPLAYED_AT_ONCE = 100;

/** Replays all dead letters every few minutes, as the API does, until posts have come for long. */
export async function replayer(untilMs: number, world: World): Promise<void> {
  const { kernel, queues, store } = world;
  while (kernel.now() < untilMs) {
    await kernel.pause(kernel.dice.int(4, 12) * MINUTE);
    await live("api", world, async (who) => {
      const { wake } = world.sweeperOf(who);
      await wake(kernel.now());
      const all = { ids: null, stage: null, reason: null };
      const taken = await storeOf(who, store, world).takeForReplay(
        all,
        REPLAYED_AT_ONCE,
        iso(kernel.now()),
      );
      await resendDeadLetters(taken, {
        posts: queues.posts.send(who),
        mentions: queues.mentions.send(who),
        wakeSweeper: () => wake(kernel.now()),
      });
    }).catch(() => undefined);
  }
}
