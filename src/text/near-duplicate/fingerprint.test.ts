import { expect, it } from "vitest";
import { fingerprint, isNearDuplicate, NEAR_DUPLICATE, similarity } from "./fingerprint.ts";

const POST =
  "The wait is over, $DEMO presale is live now. Early adopters win, do not miss this wave and " +
  "follow for more";
const alike = (a: string, b: string) => isNearDuplicate(fingerprint(a), fingerprint(b));

it.each([
  ["shouted", POST.toUpperCase()],
  ["quoted", `RT @someone: ${POST}`],
  ["with a link behind it", `${POST} https://t.co/abc123`],
  ["with pictures", `🚀🚀 ${POST} 💎`],
  ["cut short", `${POST.slice(0, 70)}…`],
  ["with zero-width characters", [...POST].join("\u200b")],
  ["in look-alike letters", POST.replaceAll("a", "а").replaceAll("o", "о")],
  ["with one word changed", POST.replace("wave", "chance")],
])("takes the same text for a near-duplicate when it comes %s", (_, other) => {
  expect(alike(POST, other)).toBe(true);
});

it("keeps the same text about another token apart, though it is just as similar", () => {
  const other = POST.replace("$DEMO", "$PEPE");
  expect(similarity(fingerprint(POST), fingerprint(other))).toBeGreaterThan(0.9);
  expect(alike(POST, other)).toBe(false);
});

it("keeps the same text about another contract apart", () => {
  const about = (address: string) =>
    `Go for this one CA: ${address} before it is too late, I am all in`;
  const [one, two] = [
    about("JBYXZaWcgdWSGvdYXior1hYyygm3eMYiPdd7KiWcpump"),
    about("8XkCJDdDh1NbWnvMNRao7V8KVgfEZc9SgSHthHRBpump"),
  ];
  expect(alike(one, two)).toBe(false);
  expect(alike(one, one.toUpperCase())).toBe(true);
});

it("finds other texts far below the threshold", () => {
  const other = "Kraken lists LOOM with euro pairs, deposits are open since this morning";
  expect(similarity(fingerprint(POST), fingerprint(other))).toBeLessThan(NEAR_DUPLICATE / 2);
});

it.each(["", " ", "🚀", "\ud800", "$", "a"])(
  "gives %j a fingerprint that equals itself",
  (text) => {
    expect(alike(text, text)).toBe(true);
  },
);
