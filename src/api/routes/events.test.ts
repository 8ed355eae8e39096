import { expect, it } from "vitest";
import { storedPorts } from "../../../test/support/stored-api.ts";
import { at, change, KEY, mention } from "../../store/contract/fixtures.ts";
import { memoryStore } from "../../store/memory/index.ts";
import { apiApp } from "../app.ts";

async function app() {
  const store = memoryStore();
  await store.commit(change(0, [mention(30), mention(10), mention(20)], { at: at(40) }));
  return apiApp({ ...(await storedPorts()), store });
}

type Answer = { evidence: { evidence_id: string }[]; next_cursor: string | null };

it("answers the evidence of an event page by page, the earliest first", async () => {
  const api = await app();
  const path = `/events/${encodeURIComponent(KEY)}`;
  const first = (await (await api.request(`${path}?limit=2`)).json()) as Answer;
  expect(first.evidence.map(({ evidence_id: id }) => id)).toEqual(["x:10", "x:20"]);
  const next = await api.request(`${path}?limit=2&cursor=${first.next_cursor}`);
  expect(await next.json()).toMatchObject({
    evidence: [{ evidence_id: "x:30" }],
    next_cursor: null,
    signal: { event_key: KEY },
  });
});

it("refuses the cursor of another list, and more than a page", async () => {
  const api = await app();
  const path = `/events/${encodeURIComponent(KEY)}`;
  const events = (await (await api.request("/events?limit=1")).json()) as Answer;
  expect(events.next_cursor).toBeNull();
  const ofAList = Buffer.from(JSON.stringify([at(10), 1])).toString("base64url");
  expect((await api.request(`${path}?cursor=${ofAList}`)).status).toBe(400);
  expect((await api.request(`${path}?limit=1000`)).status).toBe(422);
});

it("refuses a cursor that nobody was given, by REST and by GraphQL", async () => {
  const api = await app();
  const path = `/events/${encodeURIComponent(KEY)}`;
  const { next_cursor: given } = (await (await api.request(`${path}?limit=1`)).json()) as Answer;
  const [mark = "", mac] = (given ?? "").split(".");
  const forged = Buffer.from(JSON.stringify([at(20), "x:20"])).toString("base64url");
  for (const cursor of [forged, `${forged}.${mac}`, mark, `${mark}.`, `${given}0`, ".", `.${mac}`])
    expect([cursor, (await api.request(`${path}?cursor=${cursor}`)).status]).toEqual([cursor, 400]);
  const ofEvents = Buffer.from(JSON.stringify([at(20), 1])).toString("base64url");
  const asked = await api.request("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: `{ events(cursor: "${ofEvents}") { next_cursor } }` }),
  });
  expect(JSON.stringify(await asked.json())).toContain("start again without it");
});
