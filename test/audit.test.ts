import { memoryStore } from "../src/store/memory/index.ts";
import { emptyRows } from "../src/store/memory/rows.ts";
import { tamperContract } from "./support/tamper-contract.ts";

tamperContract("the store in memory", async () => {
  const rows = emptyRows();
  const held = () => {
    const [event] = rows.events.values();
    if (event === undefined) throw new Error("an event is there");
    return event;
  };
  const change = <Key extends "event" | "signal">(
    key: Key,
    over: Partial<ReturnType<typeof held>[Key]>,
  ) => Object.assign(held(), { [key]: { ...held()[key], ...over } });
  return {
    store: memoryStore(rows),
    tamper: {
      counts: async () => change("event", { evidenceCount: 2, copies: 2 }),
      authors: async () => change("event", { uniqueAuthors: 2 }),
      "score and state": async () => change("signal", { score: 99, state: "downgraded" }),
      type: async () => change("event", { type: "airdrop" }),
      "half of the outbox deleted": async () => {
        const [first] = held().outbox;
        held().outbox = held().outbox.filter((row) => row !== first);
        rows.outbox = rows.outbox.filter((row) => row !== first);
      },
      "attempts deleted": async () => {
        for (const row of rows.outbox) row.attempts = row.attempts.slice(1);
      },
      "dropped posts deleted": async () => {
        for (const [key, { outcome }] of rows.posts)
          if (outcome === "dropped") rows.posts.delete(key);
      },
    },
  };
});
