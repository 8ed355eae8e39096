import { expect, it } from "vitest";
import { mention } from "../store/contract/fixtures.ts";
import { weighedType } from "./weighed-type.ts";

const post = (author: string, type: "security_alert" | "listing" | "mention", more = {}) => ({
  ...mention(author),
  author,
  type,
  typeConfidence: 0.9,
  ...more,
});
const talk = (count: number) =>
  Array.from({ length: count }, (_, index) => post(`talker${index}`, "mention"));

it("raises no alarm by one voice, and one by two", () => {
  expect(weighedType([post("ada", "security_alert")]).type).toBe("mention");
  expect(weighedType([post("ada", "security_alert"), post("bob", "security_alert")]).type).toBe(
    "security_alert",
  );
});

it("counts an author once, however often that author repeats it", () => {
  expect(weighedType([post("ada", "security_alert"), post("ada", "security_alert")]).type).toBe(
    "mention",
  );
});

it("believes one listed author", () => {
  expect(weighedType([post("ada", "security_alert", { authorWeight: 0.8 })]).type).toBe(
    "security_alert",
  );
});

it("needs more reports the more people talk", () => {
  const two = [post("ada", "listing"), post("bob", "listing")];
  expect(weighedType([...two, ...talk(30)]).type).toBe("listing");
  expect(weighedType([...two, ...talk(100)]).type).toBe("mention");
});

it("leaves doubtful reports out", () => {
  expect(weighedType([post("ada", "listing", { typeConfidence: 0.2 })]).type).toBe("mention");
  expect(weighedType([post("ada", "listing")])).toEqual({ type: "listing", confidence: 0.9 });
});
