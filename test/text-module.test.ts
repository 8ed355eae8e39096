import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const run = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" });

/**
 * Leaves of the language what Node 20 has: everything that came later is taken away before the
 * module loads.
 */
const AS_NODE_20 = `
  for (const name of [
    "union", "intersection", "difference", "symmetricDifference",
    "isSubsetOf", "isSupersetOf", "isDisjointFrom",
  ])
    delete Set.prototype[name];
  for (const name of [
    "map", "filter", "take", "drop", "flatMap", "reduce", "toArray", "forEach", "some", "every",
    "find",
  ])
    delete Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))[name];
  for (const [owner, name] of [
    [Object, "groupBy"], [Map, "groupBy"], [Promise, "withResolvers"], [Promise, "try"],
    [Array, "fromAsync"],
    [RegExp, "escape"], [Uint8Array, "fromBase64"], [Math, "f16round"],
  ]) delete owner[name];
  delete globalThis.Iterator;
`;

const ASK = `
  const text = await import(${JSON.stringify(pathToFileURL(join(root, "dist", "text.mjs")).href)});
  const post = "RT @someone: $DEMO is live on https://demo.example.com " +
    "0x6982508145454ce325ddbe47a25d4ec3d2311933 #gem";
  const print = text.fingerprint(post);
  console.log(JSON.stringify({
    lang: text.detectLanguage("the whole market is waiting for this one"),
    spam: text.spamScore(post) >= 0,
    sentiment: text.sentiment("what a wonderful day") > 0,
    label: text.sentimentLabel("what a wonderful day"),
    entities: text.extractEntities(post),
    same: text.isNearDuplicate(print, text.fingerprint(post + " LFG")),
    other: text.isNearDuplicate(
      print,
      text.fingerprint(post.replace("DEMO", "OTHER").replace("0x69", "0x79")),
    ),
  }));
`;

beforeAll(() => {
  run("scripts/build-text.ts");
}, 120_000);

it("builds a module whose every function works with what Node 20 has", { timeout: 60_000 }, () => {
  const answers = run(
    "--import",
    `data:text/javascript,${encodeURIComponent(AS_NODE_20)}`,
    "--input-type=module",
    "--eval",
    ASK,
  );
  expect(JSON.parse(answers)).toEqual({
    lang: "en",
    spam: true,
    sentiment: true,
    label: "positive",
    entities: {
      cashtags: ["DEMO"],
      hashtags: ["gem"],
      mentions: ["someone"],
      urls: ["https://demo.example.com"],
      symbols: ["DEMO"],
      addresses: [{ chain: "evm", address: "0x6982508145454ce325ddbe47a25d4ec3d2311933" }],
    },
    same: true,
    other: false,
  });
});
