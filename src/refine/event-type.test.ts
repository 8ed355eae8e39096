import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EVENT_TYPES, type EventType } from "../model/scalars.ts";
import { eventType, eventTypes } from "./event-type.ts";

const lines = readFileSync(new URL("../../samples/event-types.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");
const labelled = lines.map((line) => JSON.parse(line) as { text: string; type: EventType });

it("names the type of our labelled posts with a macro-F1 over 0.95", () => {
  const predicted = labelled.map(({ text }) => eventType(text).type);
  const scores = EVENT_TYPES.map((type) => {
    const hits = labelled.filter((post, i) => post.type === type && predicted[i] === type).length;
    const gold = labelled.filter((post) => post.type === type).length;
    return (2 * hits) / (gold + predicted.filter((each) => each === type).length);
  });
  expect(labelled).toHaveLength(300);
  expect(scores.reduce((a, b) => a + b) / scores.length).toBeGreaterThan(0.95);
});

it("gives the phrase that decided, and none for a plain mention", () => {
  expect(eventType("Huge: $DEMO just got hacked!")).toEqual({ type: "security_alert", phrase: "hacked" });
  expect(eventType("gm $DEMO friends")).toEqual({ type: "mention", phrase: "" });
});

it("gives each of two tokens the type of its own sentence", () => {
  const text = "Kraken lists $DEMO tomorrow. $PINE was hacked last night.";
  expect(eventTypes(text)(text.indexOf("$DEMO"), false).type).toBe("listing");
  expect(eventTypes(text)(text.indexOf("$PINE"), false).type).toBe("security_alert");
});

it("reads the whole post for the one token that it is about", () => {
  const text = "Look at $DEMO. The bridge was hacked last night.";
  expect(eventTypes(text)(text.indexOf("$DEMO"), true).type).toBe("security_alert");
});
