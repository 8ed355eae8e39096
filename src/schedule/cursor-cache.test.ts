import { describe, expect, it } from "vitest";
import { memoryStore } from "../store/memory/index.ts";
import { type CachedCursor, cursorCache } from "./cursor-cache.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 15, 12, minute)).toISOString();

/** The cursors of one source, and how often its database was asked. */
function scene() {
  const store = memoryStore();
  const kept = new Map<string, CachedCursor>();
  const state = { asked: 0, memory: "ok" as "ok" | "gone" };
  const reach = () => {
    if (state.memory === "gone") throw new Error("the object is out of reach");
  };
  const cursors = cursorCache(
    {
      cursor(source) {
        state.asked++;
        return store.cursor(source);
      },
      advanceCursor(...move) {
        state.asked++;
        return store.advanceCursor(...move);
      },
    },
    {
      async get(source) {
        reach();
        return kept.get(source);
      },
      async put(source, place) {
        reach();
        if (place) kept.set(source, place);
        else kept.delete(source);
      },
    },
  );
  return { store, kept, state, cursors };
}

describe("the cursors of polls", () => {
  it("ask the database once, and then no more while nothing comes", async () => {
    const { state, cursors, store } = scene();
    for (let minute = 0; minute < 60; minute++) {
      const from = (await cursors.cursor("s"))?.cursor ?? null;
      expect(from).toBe(minute === 0 ? null : `${minute - 1}`);
      expect(await cursors.advanceCursor("s", from, `${minute}`, at(minute), false)).toBe(true);
    }
    expect(state.asked).toBe(1);
    expect(await store.cursor("s")).toBeUndefined();
    expect(await cursors.cursor("s")).toEqual({
      ...{ cursor: "59", polledAt: at(59), movedAt: at(59) },
      leftOut: {},
    });
  });

  it("sum what the polls left out", async () => {
    const { cursors } = scene();
    await cursors.cursor("s");
    await cursors.advanceCursor("s", null, "1", at(1), false, { no_text: 2 });
    await cursors.advanceCursor("s", "1", "2", at(2), true, { no_text: 1, cut_off: 1 });
    await cursors.advanceCursor("s", "2", "2", at(3), false);
    expect((await cursors.cursor("s"))?.leftOut).toEqual({ no_text: 3, cut_off: 1 });
  });

  it("tell the database where a poll stands that brought posts", async () => {
    const { cursors, store } = scene();
    await cursors.cursor("s");
    await cursors.advanceCursor("s", null, "1", at(1), false);
    expect(await cursors.advanceCursor("s", "1", "2", at(2), true)).toBe(true);
    expect(await store.cursor("s")).toMatchObject({ cursor: "2" });
  });

  it("go back to the database where the copy is lost or out of reach", async () => {
    const { cursors, store, kept, state } = scene();
    await store.advanceCursor("s", null, "5", at(0));
    await cursors.cursor("s");
    await cursors.advanceCursor("s", "5", "7", at(1), false);
    kept.clear();
    expect(await cursors.cursor("s")).toMatchObject({ cursor: "5" });
    state.memory = "gone";
    expect(await cursors.cursor("s")).toMatchObject({ cursor: "5" });
    expect(await cursors.advanceCursor("s", "5", "6", at(2), false)).toBe(true);
    expect(await store.cursor("s")).toMatchObject({ cursor: "6" });
  });

  it("let no overlapping tick move one back, nor a copy outlive what the database says", async () => {
    const { cursors, store } = scene();
    await cursors.cursor("s");
    await cursors.advanceCursor("s", null, "3", at(1), false);
    expect(await cursors.advanceCursor("s", null, "2", at(1), false)).toBe(false);
    await store.advanceCursor("s", null, "9", at(2));
    expect(await cursors.advanceCursor("s", "3", "4", at(3), true)).toBe(false);
    expect(await cursors.cursor("s")).toMatchObject({ cursor: "9" });
  });

  it("are asked of the database again after posts that it did not take", async () => {
    const { cursors, state } = scene();
    await cursors.cursor("s");
    await cursors.invalidate("s");
    await cursors.cursor("s");
    expect(state.asked).toBe(2);
  });
});
