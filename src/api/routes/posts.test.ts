import { expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../../test/support/api.ts";
import { arrival, at, change, KEY, mention, pending, post } from "../../store/contract/fixtures.ts";
import { memoryStore } from "../../store/memory/index.ts";
import type { PostHistory, PostStep } from "../../store/posts.ts";
import { apiApp } from "../app.ts";
import { withBudgets } from "./posts.ts";

const step = (stage: string, over: Partial<PostStep> = {}): PostStep => ({
  ...{ stage, outcome: "ok", at: at(0), reason: null, eventKey: null },
  ...{ ms: null, shared: null, who: null },
  ...over,
});

const history = (...steps: PostStep[]): PostHistory => ({
  ...{ source: "x", id: "1", author: "a", text: "t", postedAt: at(0), acceptedAt: at(0) },
  ...{ outcome: null, reason: null, lang: null, spam: null, sentiment: null },
  ...{ trace: null, traceFrom: null, steps },
});

it("holds each step against its budget, and the longest of each stage against all of it", () => {
  const told = withBudgets(
    history(
      step("sources", { ms: 12.5 }),
      step("refine", { ms: 3 }),
      step("enrich", { ms: 120, who: "goplus" }),
      step("enrich", { ms: 700, who: "dex" }),
      step("notify", { ms: 350 }),
      step("sweep"),
    ),
  );
  expect([told.spentMs, told.budgetMs]).toEqual([1065.5, 2000]);
  expect(told.steps.map(({ budgetMs }) => budgetMs)).toEqual([500, 50, 800, 800, 300, null]);
  expect(withBudgets(history(step("sources"))).spentMs).toBeNull();
});

it("tells the public how long each step took, but not whom a post was sent to", async () => {
  const store = memoryStore();
  await store.accept([arrival(1, post(1))], at(0));
  await store.recordJudgements([{ ...pending(1, KEY), filterMs: 2, refineMs: 4 }], at(1));
  await store.commit(change(0, [mention(1)], { at: at(2) }));
  const ports = fakePorts();
  const known = await store.post("x", "1");
  const withDelivery = known && { ...known, steps: [...known.steps, step("notify")] };
  ports.store = { ...ports.store, post: async () => withDelivery };
  const ask = async (headers: Record<string, string>) => {
    const answer = await apiApp(ports).request("/posts/x/1", { headers });
    return (await answer.json()) as { steps: Record<string, unknown>[] };
  };
  const open = await ask({});
  expect(open.steps.map(({ stage }) => stage)).not.toContain("notify");
  expect(open.steps).toContainEqual(
    expect.objectContaining({ stage: "refine", ms: 4, budget_ms: 50, shared: null }),
  );
  const whole = await ask({ Authorization: `Bearer ${ADMIN_KEY}` });
  expect(whole.steps.map(({ stage }) => stage)).toContain("notify");
});
