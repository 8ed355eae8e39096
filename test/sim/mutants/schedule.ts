import type { Suspect } from "./suspect.ts";

/** The cron, the sweeps and retention. */
export const SCHEDULE_MUTANTS: readonly Suspect[] = [
  {
    name: "the sweep leaves out posts without an outcome",
    file: "src/schedule/sweeper.ts",
    from: "[attempt(outbox), attempt(posts)]",
    to: "[attempt(outbox)]",
    by: "enqueue-refused=0.25",
  },
  {
    name: "a sweep does not set the next",
    file: "src/schedule/sweeper.ts",
    from: "if (next !== null) await wake(next);",
    to: "void next;",
    by: "enqueue-refused=0.9",
  },
  {
    name: "the hourly look wakes nobody for the outbox",
    file: "src/schedule/tick.ts",
    from:
      "if (waiting.nextDue !== null) await sweeper.wake(Math.max(now(), " +
      "Date.parse(waiting.nextDue)));",
    to: "",
    tests: { files: ["src/schedule/tick.test.ts"] },
  },
  {
    name: "the hourly look wakes nobody for posts",
    file: "src/schedule/tick.ts",
    from: "if (waiting.overdue) await sweeper.schedulePostSweep(now());",
    to: "",
    tests: { files: ["src/schedule/tick.test.ts"] },
  },
  {
    name: "a sweep that failed is the last",
    file: "src/schedule/sweeper.ts",
    from: "return now() + FAILED_MS;",
    to: "return null;",
    tests: { files: ["src/schedule/sweeper.test.ts"] },
  },
  {
    name: "posts accepted while the sweep looks are forgotten",
    file: "src/schedule/sweeper.ts",
    from: "const awaited = Math.max(heard, sent > 0 ? next : 0, until);",
    to: "const awaited = sent > 0 ? next : 0;",
    tests: { files: ["src/schedule/sweeper.test.ts"] },
  },
  {
    name: "an earlier wake changes nothing",
    file: "src/schedule/sweeper.ts",
    from: "if (set === null || set > at) await memory.setAlarm(at);",
    to: "if (set === null) await memory.setAlarm(at);",
    by: "enqueue-refused=0.6",
  },
  {
    name: "a later wake takes the place of an earlier one",
    file: "src/schedule/sweeper.ts",
    from: "if (set === null || set > at) await memory.setAlarm(at);",
    to: "await memory.setAlarm(at);",
    by: "enqueue-refused=0.6",
  },
  {
    name: "the sweep trusts the queue for ever",
    file: "src/outbox/sweep.ts",
    from: "if (at <= now - TRUST_QUEUE_MS) sentAt.delete(id);",
    to: "if (at < 0) sentAt.delete(id);",
    by: "queue-lost=0.25",
  },
  {
    name: "due rows wait for the next commit",
    file: "src/outbox/sweep.ts",
    from: "if (fresh.length > 0) await enqueue(fresh);",
    to: "",
    by: "queue-lost=0.25",
  },
  {
    name: "an overlapping poll moves the cursor",
    file: "src/schedule/cursor-cache.ts",
    from: "if (kept && kept.place.cursor !== from) return false;",
    to: "",
    tests: { files: ["src/schedule/cursor-cache.test.ts"] },
  },
  {
    name: "the stored cursor is compared with the copy",
    file: "src/schedule/cursor-cache.ts",
    from: "kept ? kept.stored : from",
    to: "from",
    tests: { files: ["src/schedule/cursor-cache.test.ts"] },
  },
  {
    name: "a copy that the database contradicts is kept",
    file: "src/schedule/cursor-cache.ts",
    from: "await keep(source, moved ? { place, stored: to } : undefined);",
    to: "await keep(source, { place, stored: to });",
    tests: { files: ["src/schedule/cursor-cache.test.ts"] },
  },
  {
    name: "retention stops after one batch",
    file: "src/schedule/retention.ts",
    from: "kind.left &&= more",
    to: "kind.left = false",
    tests: { files: ["src/schedule/retention.test.ts"] },
  },
  {
    name: "retention keeps nothing when it is to keep all",
    file: "src/schedule/retention.ts",
    from: "RETAINED.filter((what) => days[what] > 0).map(",
    to: "RETAINED.map(",
    tests: { files: ["src/schedule/retention.test.ts"] },
  },
];
