import { describe, expect, it } from "vitest";
import { NOON, outboxWorld, SECRET } from "../../test/support/outbox.ts";
import { secretBox } from "../kit/secret-box.ts";
import { iso } from "../kit/time.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import { waitReason } from "../outbox/wait-reason.ts";
import { memoryStore } from "../store/memory/index.ts";
import { sealedChannels } from "./sealed-channels.ts";

const OLD = "an-old-key-of-32-random-characters";
const NEW = "a-new-key-of-at-least-32-characters";
const box = (first: string, ...others: string[]) =>
  secretBox([first, ...others], (count) => crypto.getRandomValues(new Uint8Array(count)));

const URL_SECRET = "https://hooks.dev.org/in/abcdef";
const DRAFT = {
  kind: "webhook",
  name: "hook",
  settings: { url: URL_SECRET, secrets: [SECRET], format: "standard" },
  filter: ChannelFilter.parse({}),
  atMostOnce: false,
};

/** What a dump of the table would show. */
const dump = async (store: ReturnType<typeof memoryStore>) =>
  JSON.stringify(await store.channels());

describe("sealed channels", () => {
  it("hold no secret in the table, and read as they were given", async () => {
    const table = memoryStore();
    const store = sealedChannels(table, box(NEW));
    const saved = await store.addChannel(DRAFT, iso(NOON));
    expect(saved).toMatchObject({ kind: "saved", channel: { settings: DRAFT.settings } });
    const renamed = await store.updateChannel(1, { name: "desk" });
    expect(renamed).toMatchObject({ channel: { name: "desk", settings: DRAFT.settings } });
    const settings = { ...DRAFT.settings, url: `${URL_SECRET}2` };
    expect(await store.updateChannel(1, { settings })).toMatchObject({ channel: { settings } });
    expect(await store.channels()).toMatchObject([{ settings }]);
    expect(await dump(table)).not.toMatch(/abcdef|whsec_/);
    expect(await dump(table)).toContain('"format":"standard"');
  });

  it("read rows from before, and seal them at their next write or all at once", async () => {
    const table = memoryStore();
    for (const name of ["one", "two"]) await table.addChannel({ ...DRAFT, name }, iso(NOON));
    const store = sealedChannels(table, box(NEW));
    expect(await store.channels()).toMatchObject([{ settings: DRAFT.settings }, {}]);
    await store.updateChannel(1, { settings: DRAFT.settings });
    expect(await store.seal()).toEqual({ sealed: ["two"], unchanged: ["one"], locked: [] });
    expect(await store.seal()).toEqual({ sealed: [], unchanged: ["one", "two"], locked: [] });
    expect(await dump(table)).not.toMatch(/abcdef|whsec_/);
    expect(await store.channels()).toMatchObject([
      { settings: DRAFT.settings },
      { settings: DRAFT.settings },
    ]);
  });

  it("move to a new key, after which the old one is not needed", async () => {
    const table = memoryStore();
    await sealedChannels(table, box(OLD)).addChannel(DRAFT, iso(NOON));
    const rotating = sealedChannels(table, box(NEW, OLD));
    expect(await rotating.seal()).toMatchObject({ sealed: ["hook"] });
    const after = await sealedChannels(table, box(NEW)).channels();
    expect(after).toMatchObject([{ settings: DRAFT.settings }]);
    expect(after[0]?.locked).toBeUndefined();
  });

  it.each([
    ["another key", box(NEW)],
    ["no key", null],
  ])("say that they are locked under %s, and keep their secrets", async (_, other) => {
    const table = memoryStore();
    await sealedChannels(table, box(OLD)).addChannel(DRAFT, iso(NOON));
    const before = await dump(table);
    const store = sealedChannels(table, other);
    const [locked] = await store.channels();
    expect(locked?.locked).toContain("SECRETS_KEY");
    if (locked) await store.updateChannel(1, { settings: locked.settings });
    await store.seal();
    expect(await dump(table)).toBe(before);
    expect(await sealedChannels(table, box(OLD)).channels()).toMatchObject([
      { settings: DRAFT.settings },
    ]);
  });

  it("open in the row of their own field alone", async () => {
    const table = memoryStore();
    await sealedChannels(table, box(NEW)).addChannel(DRAFT, iso(NOON));
    const [row] = await table.channels();
    const { url, secrets } = row?.settings ?? {};
    await table.updateChannel(1, { settings: { url: secrets, secrets: url } });
    expect((await sealedChannels(table, box(NEW)).channels())[0]?.locked).toContain("changed");
  });

  it("without a key stay as they are given", async () => {
    const table = memoryStore();
    const store = sealedChannels(table, null);
    await store.addChannel(DRAFT, iso(NOON));
    expect(await store.seal()).toBeNull();
    expect(await table.channels()).toMatchObject([{ settings: DRAFT.settings }]);
  });
});

it("keeps what waits for a locked channel, and sends it when the key is back", async () => {
  const world = await outboxWorld(DRAFT);
  const [config] = await world.store.channels();
  if (config === undefined) throw new Error("no channel");
  const id = await world.change();
  const locked = { ...config, locked: "other key" };
  world.ports.channels = async () => [locked];
  const held = await world.deliver(id);
  expect(held).toMatchObject({ kind: "later", reason: "paused" });
  expect(world.seen).toEqual([]);
  const [row] = await world.rows();
  expect(row && waitReason(row, [locked], world.clock.now)).toContain("other key");
  world.ports.channels = () => world.store.channels();
  if (held.kind === "later") world.clock.now = held.at;
  expect(await world.deliver(id)).toMatchObject({ kind: "done" });
});
