import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { circlesOf } from "./support/circles.ts";

/** A place in the tree, what of ours it may import, and which packages. `own` is always allowed. */
type Place = { path: string; may: string[]; packages: string[] };

const STAGE = ["src/model", "src/kit", "src/http", "src/concurrency"];
const SETTINGS = ["src/settings/define.ts", "src/settings/plugin.ts", "src/settings/settings.ts"];
/** What acts and reports what it did; actors act on the answers of the pipeline. */
const RUNTIME = [...STAGE, "src/store", "src/observability"];
const ACTOR = [...RUNTIME, "src/pipeline.ts"];

/**
 * The layout of docs/architecture.md. The first place whose path begins a file's path is the file's
 * place.
 */
const PLACES: Place[] = [
  { path: "src/kit/", may: [], packages: ["@noble/hashes", "yaml", "zod"] },
  { path: "src/http/", may: ["src/kit"], packages: [] },
  { path: "src/concurrency/", may: ["src/kit"], packages: [] },
  { path: "src/google/", may: ["src/kit", "src/http"], packages: ["zod"] },
  { path: "src/markets/", may: STAGE, packages: ["zod"] },
  { path: "src/model/", may: ["src/kit", "src/http"], packages: ["zod"] },
  { path: "src/text/", may: ["src/kit", "src/model"], packages: ["@noble/hashes", "@scure/base"] },
  {
    path: "src/sources/status.ts",
    may: [...STAGE, "src/sources", "src/enrich/enricher.ts"],
    packages: [],
  },
  {
    path: "src/sources/",
    may: [...STAGE, ...SETTINGS, "src/google", "src/markets"],
    packages: ["zod", "entities", "htmlparser2"],
  },
  { path: "src/filter/", may: [...STAGE, "src/text"], packages: ["zod"] },
  { path: "src/refine/", may: [...STAGE, "src/text", "src/markets"], packages: ["zod"] },
  { path: "src/dedup/", may: STAGE, packages: [] },
  {
    path: "src/enrich/report.ts",
    may: ["src/kit/trace-context.ts", "src/model/facts.ts", "src/observability/runtime.ts"],
    packages: [],
  },
  {
    path: "src/enrich/",
    may: [...STAGE, ...SETTINGS, "src/google", "src/markets", "src/store/features.ts"],
    packages: ["zod"],
  },
  {
    path: "src/events/event-actor.ts",
    may: [
      ...ACTOR,
      "src/events",
      "src/rules/score.ts",
      "src/routing/routes.ts",
      "src/routing/tenant-routes.ts",
    ],
    packages: [],
  },
  {
    path: "src/events/event-ledger.ts",
    may: ["src/model", "src/store/events.ts", "src/pipeline.ts", "src/events"],
    packages: [],
  },
  {
    path: "src/events/held-mentions.ts",
    may: ["src/kit", "src/model", "src/observability/runtime.ts"],
    packages: [],
  },
  {
    path: "src/events/made-change.ts",
    may: ["src/model", "src/store/events.ts", "src/pipeline.ts"],
    packages: [],
  },
  {
    path: "src/events/commit-spans.ts",
    may: ["src/model", "src/observability/spans", "src/store/events.ts"],
    packages: [],
  },
  {
    path: "src/events/after-commit.ts",
    may: [...RUNTIME, "src/events", "src/outbox/enqueue.ts"],
    packages: [],
  },
  { path: "src/events/", may: STAGE, packages: [] },
  {
    path: "src/audit/",
    may: [...STAGE, "src/events", "src/rules/score.ts", "src/store", "src/text/near-duplicate"],
    packages: [],
  },
  {
    path: "src/channels/sealed-channels.ts",
    may: [...STAGE, "src/channels", "src/store/channels.ts"],
    packages: [],
  },
  {
    path: "src/channels/",
    may: [...STAGE, ...SETTINGS, "src/markets", "src/telegram/buttons.ts"],
    packages: ["zod"],
  },
  {
    path: "src/analytics/",
    may: [...STAGE, "src/observability", "src/store/activity.ts"],
    packages: ["zod"],
  },
  { path: "src/archive/", may: RUNTIME, packages: ["hyparquet-writer"] },
  {
    path: "src/alerts/",
    may: [
      ...[...STAGE, "src/observability", "src/rules/condition.ts", "src/rules/issues.ts"],
      ...["src/rules/language", "src/rules/yaml.ts", "src/channels/channel.ts", "src/audit"],
      ...["src/channels/_shared/egress.ts", "src/store/overview.ts", "src/store/channels.ts"],
    ],
    packages: ["zod"],
  },
  { path: "src/observability/", may: STAGE, packages: ["zod"] },
  { path: "src/rules/", may: STAGE, packages: ["zod", "yaml", "filtrex"] },
  {
    path: "src/routing/",
    may: [...STAGE, "src/rules", "src/channels/_shared/template.ts"],
    packages: ["zod"],
  },
  {
    path: "src/telegram/buttons.ts",
    may: ["src/kit"],
    packages: [],
  },
  { path: "src/telegram/", may: [...STAGE, "src/store"], packages: ["zod"] },
  { path: "src/store/schema.ts", may: [], packages: ["drizzle-orm"] },
  { path: "src/store/", may: [...STAGE, "migrations/latest.ts"], packages: [] },
  {
    path: "src/outbox/channel-actor.ts",
    may: [...ACTOR, ...SETTINGS, "src/outbox", "src/channels", "src/routing"],
    packages: [],
  },
  {
    path: "src/outbox/enqueue.ts",
    may: [...STAGE, "src/intake/queue-batches.ts", "src/store/outbox.ts"],
    packages: [],
  },
  {
    path: "src/outbox/",
    may: [
      ...STAGE,
      "src/channels/channel.ts",
      "src/routing",
      ...["index", "outbox", "deliveries", "channels", "events", "quotas"].map(
        (name) => `src/store/${name}.ts`,
      ),
    ],
    packages: [],
  },
  {
    path: "src/intake/push.ts",
    may: ["src/intake", "src/sources", "src/model"],
    packages: [],
  },
  {
    path: "src/intake/",
    may: [...RUNTIME, "src/text", "src/refine/tokens.ts", "src/pipeline.ts"],
    packages: [],
  },
  {
    path: "src/queues/",
    may: [...ACTOR, "src/dedup", "src/intake/settle-posts.ts", "src/intake/queue-batches.ts"],
    packages: [],
  },
  {
    path: "src/schedule/",
    may: [...RUNTIME, "src/alerts", "src/intake", "src/outbox/sweep.ts", "src/sources"],
    packages: [],
  },
  {
    path: "src/api/",
    may: [
      ...STAGE,
      ...[
        "alerts",
        "analytics",
        "archive",
        "audit",
        "store",
        "rules",
        "routing",
        "telegram",
        "observability",
      ].map((room) => `src/${room}`),
    ],
    packages: ["hono", "zod", "graphql", "dataloader", "@modelcontextprotocol/sdk"],
  },
  { path: "src/pipeline.ts", may: ["src"], packages: [] },
  {
    path: "src/settings/registry.ts",
    may: ["src/kit", "src/settings", "src/sources", "src/enrich"],
    packages: ["zod"],
  },
  {
    path: "src/settings/catalogue.ts",
    may: ["src/settings", "src/sources", "src/enrich"],
    packages: ["zod"],
  },
  {
    path: "src/settings/parse.ts",
    may: ["src/settings", "src/sources", "src/enrich", "src/rules/variables.ts"],
    packages: [],
  },
  { path: "src/settings/", may: [], packages: ["zod"] },
  {
    path: "workers/env.ts",
    may: ["src", "workers/objects/rpc.ts"],
    packages: ["zod"],
  },
  {
    path: "workers/platform/",
    may: ["src"],
    packages: ["@neondatabase/serverless", "@upstash/redis", "@upstash/ratelimit", "pg", "zod"],
  },
  {
    path: "workers/compose/",
    may: ["src", "rules", "package.json", "workers/env.ts", "workers/platform"],
    packages: [],
  },
  { path: "workers/objects/rpc.ts", may: ["src"], packages: [] },
  {
    path: "workers/objects/",
    may: ["src", "workers/env.ts", "workers/compose", "workers/platform"],
    packages: ["cloudflare:workers"],
  },
  {
    path: "workers/index.ts",
    may: [
      "src/api",
      "src/queues",
      "src/schedule",
      "workers/env.ts",
      "workers/compose",
      "workers/objects",
      "workers/platform/local-guard.ts",
      "workers/platform/own-cache.ts",
      "workers/platform/pages.ts",
    ],
    packages: ["cloudflare:workers"],
  },
];

const ROOT = join(import.meta.dirname, "..");
const isTest = (file: string) => /\.test\.ts$|\/contract(\.ts$|\/)|\.d\.ts$/.test(file);
const files = globSync(["src/**/*.ts", "workers/**/*.ts"], { cwd: ROOT }).filter(
  (file) => !isTest(file),
);

const placeOf = (file: string): Place | undefined =>
  PLACES.find(({ path }) => file.startsWith(path));

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|import\s*\(?\s*["']([^"']+)["']/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

const filesImportedBy = (file: string): string[] =>
  importsOf(file)
    .filter((target) => target.startsWith("."))
    .map((target) => normalize(join(dirname(file), target)));

/** What is wrong with one import, or nothing. */
function complaint(file: string, place: Place, target: string): string | undefined {
  if (target.startsWith(".")) {
    const path = normalize(join(dirname(file), target));
    const allowed =
      path.startsWith(place.path) ||
      place.may.some((may) => path === may || path.startsWith(`${may}/`));
    return allowed
      ? undefined
      : `${file} imports ${path}; ${place.path} may import ${place.may.join(", ") || "nothing"}`;
  }
  const allowed = place.packages.some((name) => target === name || target.startsWith(`${name}/`));
  return allowed
    ? undefined
    : `${file} imports the package ${target}; ${place.path} may use ` +
        `${place.packages.join(", ") || "none"}`;
}

describe("the direction of imports", () => {
  it("is the one of the layout table, for every file", () => {
    const complaints = files.flatMap((file) => {
      const place = placeOf(file);
      if (!place) return [`${file} has no place in the layout table`];
      return importsOf(file).flatMap((target) => complaint(file, place, target) ?? []);
    });
    expect(complaints).toEqual([]);
  });

  it("is really read: there are files, and they import", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(files.length);
  });

  it("would be refused where it is wrong", () => {
    const kit = placeOf("src/kit/time.ts") as Place;
    const filter = placeOf("src/filter/filter.ts") as Place;
    expect(complaint("src/kit/time.ts", kit, "../model/post.ts")).toContain("may import nothing");
    expect(complaint("src/filter/filter.ts", filter, "../refine/refine.ts")).toContain(
      "src/refine/refine.ts",
    );
    expect(complaint("src/filter/filter.ts", filter, "hono")).toContain("package hono");
    expect(complaint("src/filter/filter.ts", filter, "../model/post.ts")).toBeUndefined();
  });
});

describe("circles of imports", () => {
  const ownCode = globSync(["{src,workers,cli,local,deploy}/**/*.ts"], { cwd: ROOT }).filter(
    (file) => !/\.d\.ts$/.test(file),
  );
  it("do not exist, not even through types", () => {
    const graph = new Map(ownCode.map((file) => [file, filesImportedBy(file)]));
    expect(circlesOf(graph)).toEqual([]);
  });

  it("would be found, each by itself", () => {
    const graph = new Map([
      ["a", ["b", "d"]],
      ["b", ["c"]],
      ["c", ["a"]],
      ["d", ["e"]],
      ["e", ["d", "f"]],
      ["f", []],
      ["g", ["g", "a"]],
    ]);
    expect(circlesOf(graph)).toEqual([["d", "e"], ["a", "b", "c"], ["g"]]);
  });
});

describe("the walls of the store", () => {
  /** What a wall has besides its aggregates. */
  const OWN_FILES: Record<string, string[]> = {
    "src/store": ["index", "own-rows", "paging", "replica", "replica.test", "schema"],
    "src/store/postgres": ["index", "columns", "errors", "gather", "post-history", "sql"],
    "src/store/memory": ["index", "index.test", "ledger", "post-history", "rows"],
    "src/store/contract": ["index", "fixtures", "post-reads", "races", "routed", "subjects"],
  };
  /** An aggregate is a file, or a folder when it has more than one concept. */
  const namesIn = (wall: string): string[] =>
    globSync([`${wall}/*.ts`, `${wall}/*/index.ts`], { cwd: ROOT })
      .map((file) => file.slice(wall.length + 1).replace(/(\/index)?\.ts$/, ""))
      .filter((name) => !OWN_FILES[name === "index" ? "" : `${wall}/${name}`])
      .filter((name) => !OWN_FILES[wall]?.includes(name))
      .sort();

  it("have the same names: port, PostgreSQL, memory and contract", () => {
    const aggregates = namesIn("src/store");
    expect(aggregates).toHaveLength(20);
    for (const wall of Object.keys(OWN_FILES)) expect(namesIn(wall), wall).toEqual(aggregates);
  });

  it("are composed of every aggregate", () => {
    for (const [wall, own] of Object.entries(OWN_FILES)) {
      expect(own).toContain("index");
      const imported = filesImportedBy(`${wall}/index.ts`).join("\n");
      for (const name of namesIn(wall)) expect(imported).toMatch(`${wall}/${name}`);
    }
  });
});

describe("the house rules that a reader cannot see", () => {
  const mentioning = (pattern: RegExp, among: string[] = files) =>
    among.filter((file) => pattern.test(readFileSync(join(ROOT, file), "utf8")));
  const inSrc = files.filter((file) => file.startsWith("src/"));

  it("src knows nothing of Cloudflare", () => {
    const platform =
      /cloudflare:|\b(DurableObject\w*|KVNamespace|AnalyticsEngine\w*|MessageBatch|ExportedHandler|ExecutionContext|SqlStorage|WebSocketPair)\b/;
    expect(mentioning(platform, inSrc)).toEqual([]);
    expect(mentioning(platform).length).toBeGreaterThan(5);
  });

  it("the bindings end in workers/compose", () => {
    const allowed = /^workers\/(env\.ts|index\.ts|compose\/|objects\/)/;
    const users = mentioning(/\bBindings\b/);
    expect(users.filter((file) => !allowed.test(file))).toEqual([]);
    expect(users.length).toBeGreaterThan(5);
  });

  it("src takes time and randomness as arguments", () => {
    const clock =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bcrypto\.(randomUUID|getRandomValues)\(/;
    expect(mentioning(clock, inSrc)).toEqual([]);
  });

  it("nothing generates code", () => {
    expect(mentioning(/\bnew Function\(|\beval\(/)).toEqual([]);
  });
});
