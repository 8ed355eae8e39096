import { expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
import { iso } from "../src/kit/time.ts";
import { PostInput } from "../src/model/raw-post.ts";
import { ANY_EVENT, FIRST_PAGE } from "../src/store/contract/fixtures.ts";
import { eventWorld, NOON } from "./support/event-world.ts";

const PEPE = "0x6982508145454Ce325dDbE47a25d4ec3d2311933";
const TON = "EQAvlWFDxGF2lXm67y4yzC17wYKD9A0guwPkMs1gOsM__NOT";

const post = (id: number, text: string, more: Record<string, unknown> = {}) =>
  PostInput.parse({
    id,
    source: "me",
    author: `author${id}`,
    text,
    posted_at: new Date(NOON - 600_000).toISOString(),
    ...more,
  });

it("makes one event of one contract, whether or not a post names its chain", async () => {
  const { acceptPorts, settle, store, outbox } = await eventWorld();
  await acceptPosts(
    [
      post(1, `Look at CA ${PEPE} before the weekend, the pool keeps growing`, { chain: "eth" }),
      post(2, `Someone is buying the contract ${PEPE.toLowerCase()} all day long`),
      post(3, `The chart is turning for CA ${PEPE} on ethereum, says my friend`),
    ],
    acceptPorts,
  );
  await settle();
  for (const tokenCa of [PEPE, PEPE.toLowerCase(), PEPE.toUpperCase().replace("0X", "0x")]) {
    const { items } = await store.events({ ...ANY_EVENT, tokenCa }, FIRST_PAGE);
    expect(items).toMatchObject([
      { chain: "eth", tokenCa: PEPE.toLowerCase(), evidenceCount: 3, uniqueAuthors: 3 },
    ]);
  }
  expect(new Set((await outbox()).map(({ eventKey }) => eventKey)).size).toBe(1);
});

it("finds an account of TON in any spelling that a source or a reader uses", async () => {
  const { acceptPorts, settle, store } = await eventWorld();
  const raw = "0:2F956143C461769579BAEF2E32CC2D7BC18283F40D20BB03E432CD603AC33FFC";
  await acceptPosts(
    [post(1, "Jetton of the week, liquidity added", { token_ca: raw })],
    acceptPorts,
  );
  await settle();
  for (const tokenCa of [raw, raw.toLowerCase(), TON]) {
    const { items } = await store.events({ ...ANY_EVENT, tokenCa }, FIRST_PAGE);
    expect(items).toMatchObject([{ chain: "ton", tokenCa: TON }]);
  }
});

const POOL = "0xa43fe16908251ee70ef74718545e4fe6c5ccec9f";
const DUSK = "0x2a8e1e676ec238d8a992307b495b45b3feaa5e86a3a3a6b8a6b3a7b58b7d2c11::dusk::DUSK";

/** Sends what waits, as the holder of the channel would; answers what was told. */
async function told(store: Awaited<ReturnType<typeof eventWorld>>["store"], now: number) {
  const sent: string[] = [];
  for (let at = now; ; at += 3_000) {
    const [row] = await store.due(iso(at), 1);
    if (row === undefined) return sent;
    const token = `L${at}`;
    const claim = await store.claim(row.id, token, iso(at), 1_000);
    if (claim.kind !== "claimed") continue;
    const { repeats, payload } = claim.delivery;
    if (!repeats) sent.push(payload.eventKey);
    const result = repeats ? "repeated" : "ok";
    const attempt = { httpStatus: 200, ms: 1, error: null, ambiguous: false };
    await store.close(
      row.id,
      token,
      { kind: "done", externalId: null },
      { deliveryId: row.id, leaseToken: token, at: iso(at), result, ...attempt },
      iso(at),
    );
  }
}

it("notifies once of a token, whether posts name its symbol, its contract or its pool", async () => {
  const { acceptPorts, settle, store, world, outbox, now } = await eventWorld();
  for (const name of ["PEPE", POOL, PEPE.toLowerCase()])
    world.contracts.set(name, `eth:${PEPE.toLowerCase()}`);
  await acceptPosts(
    [
      post(1, "$PEPE is what everybody on the desk speaks about this morning"),
      post(2, `The contract ${PEPE} was looked at by two auditors this week`),
      post(3, `Look at this chart https://dexscreener.com/ethereum/${POOL} since noon`),
      post(4, "$OTHER has a quiet week behind it and a louder one before it"),
    ],
    acceptPorts,
  );
  await settle();
  expect(await outbox()).toHaveLength(4);
  const sent = await told(store, now());
  expect(sent).toHaveLength(2);
  expect(sent.filter((key) => key.startsWith("unknown:OTHER"))).toHaveLength(1);
  const { items } = await store.events({ ...ANY_EVENT, tokenCa: PEPE }, FIRST_PAGE);
  expect(items.map(({ chain, tokenCa }) => [chain, tokenCa])).toEqual([
    ["eth", PEPE.toLowerCase()],
    ["eth", PEPE.toLowerCase()],
  ]);
});

it("keeps what was found out about a token while the search is out", async () => {
  const { acceptPorts, settle, store, world } = await eventWorld();
  world.contracts.set(POOL, `eth:${PEPE.toLowerCase()}`);
  const chart = `https://dexscreener.com/ethereum/${POOL}`;
  for (const [id, text] of [
    `Look at this chart ${chart} today`,
    `More buyers: ${chart}`,
  ].entries()) {
    await acceptPosts([post(id + 1, text)], acceptPorts);
    await settle();
    world.contracts.clear();
  }
  const { items } = await store.events(ANY_EVENT, FIRST_PAGE);
  expect(items).toMatchObject([{ tokenCa: PEPE.toLowerCase(), evidenceCount: 2 }]);
});

it("makes one event of one coin type, whether or not a post says that it is on Sui", async () => {
  const { acceptPorts, settle, store } = await eventWorld();
  const padded = DUSK.replace("0x2a", "0x2A");
  await acceptPosts(
    [
      post(1, `Somebody accumulates ${DUSK} on Sui since the listing`),
      post(2, `Never heard of ${padded} before this morning, strange volume`),
    ],
    acceptPorts,
  );
  await settle();
  const { items } = await store.events(ANY_EVENT, FIRST_PAGE);
  expect(items).toMatchObject([{ chain: "sui", tokenCa: DUSK, evidenceCount: 2 }]);
});
