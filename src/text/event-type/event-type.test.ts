import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EVENT_TYPES, type EventType } from "../../model/scalars.ts";
import { eventType, eventTypes } from "./event-type.ts";

const lines = readFileSync(
  new URL("../../../models/data/event-types.jsonl", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n");
const labelled = lines.map((line) => JSON.parse(line) as { text: string; type: EventType });

/**
 * Held-out figures are the trainer's (docs/text.md); this shows that the shipped weights are those
 * of these posts and features.
 */
it("knows the posts that it was trained on", () => {
  const right = labelled.filter(({ text, type }) => eventType(text).type === type).length;
  expect(labelled.length).toBeGreaterThan(300);
  expect(right / labelled.length).toBeGreaterThan(0.95);
});

it("has posts of every type to learn from", () => {
  for (const type of EVENT_TYPES)
    expect(labelled.filter((post) => post.type === type).length, type).toBeGreaterThan(40);
});

it.each([
  ["security_alert", "Huge: $DEMO just got hacked!", "hacked"],
  ["listing", "Kraken lists $DEMO tomorrow", "kraken lists"],
  ["airdrop", "the $DEMO airdrop claim is open now", "airdrop"],
  ["depeg", "$DEMO lost its peg this morning", "peg"],
])("finds %s by a phrase of %j", (type, text, words) => {
  const typed = eventType(text);
  expect(typed.type).toBe(type);
  expect(typed.phrase).toContain(words);
  expect(text.toLowerCase()).toContain(typed.phrase);
});

it.each(["gm $DEMO friends", "", "🚀", "$DEMO", "0x6982508145454Ce325dDbE47a25d4ec3d2311933"])(
  "sees a plain mention in %j",
  (text) => {
    expect(eventType(text)).toEqual({ type: "mention", phrase: "", confidence: 1 });
  },
);

it("gives each of two tokens the type of its own sentence", () => {
  const text = "Kraken lists $DEMO tomorrow. $PINE was hacked last night.";
  expect(eventTypes(text)(text.indexOf("$DEMO"), false).type).toBe("listing");
  expect(eventTypes(text)(text.indexOf("$PINE"), false).type).toBe("security_alert");
});

it("reads the whole post for the one token that it is about", () => {
  const text = "Look at $DEMO. The bridge was hacked last night.";
  expect(eventTypes(text)(text.indexOf("$DEMO"), true).type).toBe("security_alert");
});

it.each([
  "$DEMO was not hacked, the bridge works",
  "no funds were lost on $DEMO",
  "was $DEMO hacked?",
  "imagine $DEMO listed on Binance one day",
  "$DEMO wurde nicht gehackt",
])("takes a denial, a question or a wish for no report: %j", (text) => {
  const { type, confidence } = eventType(text);
  expect(type === "mention" || confidence < 0.4).toBe(true);
});
