import { describe, expect, it } from "vitest";
import { greatestId } from "./greatest-id.ts";

const NOW = Date.UTC(2026, 10, 20, 10);

describe("the greatest id", () => {
  it.each([
    ["numbers by value", ["9", "10"], null, "10"],
    ["an id of the next page", ["12", "11"], "10", "12"],
    ["nothing newer", ["9", "8"], "10", "10"],
    ["a huge id among others", ["11", "9000000000000000", "12"], "10", "12"],
    ["thirty digits", ["11", "1".padEnd(31, "0")], "10", "11"],
    ["a negative one and a word", ["-5", "latest", "11"], "10", "11"],
    [
      "a snowflake of next year",
      ["1991000000000000101", "1991000000000500101", "2150000000000000000"],
      null,
      "1991000000000500101",
    ],
    [
      "a run that went on far away",
      ["9000000000000000", "9000000000000001"],
      "10",
      "9000000000000001",
    ],
    [
      "ULIDs by their letters",
      ["01JD5Z0000AAAAAAAAAAAAAAAA", "01JD5Z0001AAAAAAAAAAAAAAAA"],
      null,
      "01JD5Z0001AAAAAAAAAAAAAAAA",
    ],
    [
      "a word among ULIDs",
      ["zzzz", "01JD5Z0001AAAAAAAAAAAAAAAA"],
      "01JD5Z0000AAAAAAAAAAAAAAAA",
      "01JD5Z0001AAAAAAAAAAAAAAAA",
    ],
    [
      "a date from the future",
      ["2099-01-01T00:00:00Z", "2026-11-20T09:00:00Z"],
      "2026-11-20T08:00:00Z",
      "2026-11-20T09:00:00Z",
    ],
    ["no ids", [], null, null],
  ])("takes %s", (_, ids, before, reached) => {
    expect(greatestId(ids, before, NOW)).toBe(reached);
  });
});
