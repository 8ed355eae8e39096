import type { Suspect } from "./suspect.ts";

/** The consumers of the queues, and their settings. */
export const CONSUMERS_MUTANTS: readonly Suspect[] = [
  {
    name: "mentions that an event did not take are for no queue",
    file: "src/intake/direct-mentions.ts",
    from: "} catch {",
    to: "} catch {\n      left.delete(eventKey);",
    by: "deadlock=0.25",
  },
  {
    name: "mentions are with their events before these answer",
    file: "src/intake/direct-mentions.ts",
    from: "await addMentions(eventKey, some, true);\n      left.delete(eventKey);",
    to: "left.delete(eventKey);\n      await addMentions(eventKey, some, true);",
    by: "deadlock=0.25",
  },
  {
    name: "a failed mention is acked",
    file: "src/queues/mentions.ts",
    from: "message.retry({ delaySeconds: retryDelay(message.attempts) });",
    to: "message.ack();",
    by: "deadlock=0.25",
  },
  {
    name: "mentions are acked before they are evidence",
    file: "src/queues/mentions.ts",
    from: "await ports.addMentions(",
    to: "for (const { message } of items) message.ack();\n" + "        await ports.addMentions(",
    by: "deadlock=0.25",
  },
  {
    name: "posts are acked before they are judged",
    file: "src/queues/posts.ts",
    from: "const { duplicates, open, ...settled } = await settlePosts(",
    to:
      "for (const { item } of judged) item.message.ack();\n" +
      "  const { duplicates, open, ...settled } = await settlePosts(",
    by: "deadlock=0.25",
  },
  {
    name: "a batch that failed is acked",
    file: "src/queues/consume.ts",
    from: "message.retry({ delaySeconds: retryDelay(message.attempts) });",
    to: "message.ack();",
    by: "deadlock=0.25",
  },
  {
    name: "three retries",
    file: "wrangler.toml",
    from:
      'queue = "mentions"\n' +
      "max_batch_size = 100\n" +
      "max_batch_timeout = 1\n" +
      "max_retries = 100",
    to:
      'queue = "mentions"\n' +
      "max_batch_size = 100\n" +
      "max_batch_timeout = 1\n" +
      "max_retries = 3",
    by: "deadlock=0.25",
  },
  {
    name: "retries without a wait",
    file: "src/queues/batch.ts",
    from: "Math.min(MAX_DELAY_SECONDS, 2 ** Math.min(attempts, 7));",
    to: "Math.min(MAX_DELAY_SECONDS, attempts * 0);",
    by: "postgres-down-120=0.25",
  },
  {
    name: "a consumer that dies is retried at once",
    file: "wrangler.toml",
    from:
      'queue = "mentions"\n' +
      "max_batch_size = 100\n" +
      "max_batch_timeout = 1\n" +
      "max_retries = 100\n" +
      "retry_delay = 120",
    to:
      'queue = "mentions"\n' +
      "max_batch_size = 100\n" +
      "max_batch_timeout = 1\n" +
      "max_retries = 100\n" +
      "retry_delay = 0",
    by: "crash=0.5,postgres-down-120=0.05",
  },
  {
    name: "unreadable messages are thrown away",
    file: "src/queues/dead-letters.ts",
    from: "if (dead.length === 0) return;",
    to: "for (const { message } of dead) message.ack();\n" + "  if (dead.length >= 0) return;",
    by: "poison=0.25",
  },
  {
    name: "posts are confirmed before their mentions are sent",
    file: "src/queues/posts.ts",
    from: "const { duplicates, open, ...settled } = await settlePosts(judged, ports);",
    to:
      "await ports.seen.confirm(judged.map(({ post }) => postKey(post)));\n" +
      "  const { duplicates, open, ...settled } = await settlePosts(judged, ports);",
    by: "mentions-refused=0.25",
  },
  {
    name: "messages of newer code are acked",
    file: "src/queues/open.ts",
    from: "message.retry({ delaySeconds: NEWER_DELAY_SECONDS });",
    to: "message.ack();",
    by: "newer-version=0.05",
  },
  {
    name: "messages of newer code are buried",
    file: "src/queues/open.ts",
    from: 'else if (opened.kind === "newer")',
    to: 'else if (opened.kind !== "unreadable" && opened.kind !== "newer")',
    by: "newer-version=0.05",
  },
  {
    name: "an exhausted delivery becomes a dead letter",
    file: "src/queues/dead-letters.ts",
    from:
      'if (openEnvelope(message.body, "delivery").kind === "body") message.ack();\n' +
      "    else dead.push",
    to: "dead.push",
    tests: { files: ["src/queues/consume.test.ts"] },
  },
  {
    name: "dead letters are acked before they are stored",
    file: "src/queues/dead-letters.ts",
    from: "await store.bury(",
    to: "for (const { message } of dead) message.ack();\n" + "  await store.bury(",
    by: "poison=0.25,deadlock=0.25",
  },
  {
    name: "dead letters of a queue share a key",
    file: "src/queues/dead-letters.ts",
    from: "key: `${stage}:${message.id}`",
    to: "key: stage",
    by: "poison=0.25",
  },
  {
    name: "a dead letter names no post",
    file: "src/queues/dead-letters.ts",
    from: 'deadLetterOfMessage(stage, message, "exhausted", "retries used up", subject)',
    to: 'deadLetterOfMessage(stage, message, "exhausted", "retries used up", null)',
    tests: { files: ["src/queues/consume.test.ts"] },
  },
  {
    name: "a delivery that could not be tried is acked",
    file: "src/queues/deliveries.ts",
    from: "message.retry({ delaySeconds: retryDelay(message.attempts) });",
    to: "message.ack();",
    tests: { files: ["src/queues/consume.test.ts"] },
  },
  {
    name: "first deliveries are asked for in the dedup window",
    file: "src/queues/posts.ts",
    from: "message.attempts > 1 || body.again",
    to: "true",
    tests: { files: ["src/queues/consume.test.ts"] },
  },
];
