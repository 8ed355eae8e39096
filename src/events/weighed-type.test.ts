import { expect, it } from "vitest";
import type { Mention } from "../model/mention.ts";
import { mention } from "../store/contract/fixtures.ts";
import { gather, NOTHING } from "./gather.ts";
import { summarise } from "./summarise.ts";

/** Each post says something else. */
const post = (author: string, type: "security_alert" | "listing" | "mention", more = {}) =>
  ({ author, type, typeConfidence: 0.9, ...more }) as Partial<Mention>;
const talk = (count: number) =>
  Array.from({ length: count }, (_, index) => post(`talker${index}`, "mention"));

function typeOf(posts: Partial<Mention>[]) {
  const mentions = posts.map((over, id) => mention(id, { fingerprint: `text ${id}`, ...over }));
  const { event, facts } = summarise(gather(NOTHING, mentions, () => false).gathered);
  return { type: event.type, confidence: facts.type_confidence };
}

it("raises no alarm by one voice, and one by two", () => {
  expect(typeOf([post("ada", "security_alert")]).type).toBe("mention");
  expect(typeOf([post("ada", "security_alert"), post("bob", "security_alert")])).toEqual({
    type: "security_alert",
    confidence: 0.99,
  });
});

it("counts an author once, by the surest post, however often that author repeats it", () => {
  expect(typeOf([post("ada", "security_alert"), post("ada", "security_alert")]).type).toBe(
    "mention",
  );
  const repeated = [post("ada", "listing", { typeConfidence: 0.5 }), post("ada", "listing")];
  expect(typeOf(repeated)).toEqual({ type: "listing", confidence: 0.9 });
});

it("believes one listed author", () => {
  expect(typeOf([post("ada", "security_alert", { authorWeight: 0.8 })]).type).toBe(
    "security_alert",
  );
});

it("needs more reports the more people talk", () => {
  const two = [post("ada", "listing"), post("bob", "listing")];
  expect(typeOf([...two, ...talk(30)]).type).toBe("listing");
  expect(typeOf([...two, ...talk(100)]).type).toBe("mention");
});

it("leaves doubtful reports and copies out", () => {
  expect(typeOf([post("ada", "listing", { typeConfidence: 0.2 })]).type).toBe("mention");
  expect(typeOf([post("ada", "listing")])).toEqual({ type: "listing", confidence: 0.9 });
  const copied = ["ada", "bob"].map((author) =>
    post(author, "security_alert", { fingerprint: "the same" }),
  );
  expect(typeOf(copied).type).toBe("mention");
});
