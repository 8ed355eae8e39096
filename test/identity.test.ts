import { expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
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
