import { describe, expect, it } from "vitest";
import { camelCased, snakeCased } from "./case.ts";

describe("camelCased", () => {
  it("renames keys of any depth and leaves values and other keys alone", () => {
    const wire = {
      chat_id: "a_b",
      nested: [{ reply_and_edit: null }],
      "eth:DEMO_x": 1,
      already: true,
    };
    expect(camelCased(wire)).toEqual({
      chatId: "a_b",
      nested: [{ replyAndEdit: null }],
      "eth:DEMO_x": 1,
      already: true,
    });
  });

  it("undoes snakeCased", () => {
    const inside = { minScore: 1, quietHours: { from: "22:00" }, list: [{ tokenCa: "x" }] };
    expect(camelCased(snakeCased(inside))).toEqual(inside);
  });
});
