import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/**
 * Node reads TypeScript itself, as it does when the scripts run: without a bundler between, a suite
 * starts in seconds.
 */
const native = { experimental: { viteModuleRunner: false, nodeLoader: false } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...native,
          name: "core",
          // Files share their modules: a process for each would take longer than the tests.
          isolate: false,
          pool: "threads",
          include: [
            "src/**/*.test.ts",
            "workers/**/*.test.ts",
            "cli/**/*.test.ts",
            "deploy/**/*.test.ts",
            "local/**/*.test.ts",
            "scripts/**/*.test.ts",
            "models/**/*.test.ts",
            "test/*.test.ts",
            "test/cases/*.test.ts",
          ],
          exclude: ["**/*.edge.test.ts"],
        },
      },
      {
        // Inside workerd, with the bindings of wrangler.toml. What needs a database is tested over
        // the whole local stack (e2e).
        plugins: [
          cloudflareTest({
            main: "./test/edge-worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { DATABASE_URL: "postgresql://none@127.0.0.1:9/none", LOCAL: "1" },
              r2Buckets: ["ARCHIVE"],
            },
          }),
        ],
        // The first call starts workerd, which takes long on a busy machine.
        test: {
          name: "edge",
          isolate: false,
          include: ["src/**/*.edge.test.ts", "workers/**/*.edge.test.ts"],
          testTimeout: 300_000,
        },
      },
      {
        // The objects as they are deployed, evicted at any moment, over a real PostgreSQL.
        plugins: [
          cloudflareTest(({ inject }) => ({
            main: "./test/objects/worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                DATABASE_URL: inject("databaseUrl"),
                NEON_FETCH_ENDPOINT: inject("fetchEndpoint"),
                // Nobody listens there: facts are missing at once.
                GOPLUS_BASE_URL: "http://127.0.0.1:9",
                DEXSCREENER_BASE_URL: "http://127.0.0.1:9",
                LOCAL: "1",
              },
            },
          })),
        ],
        test: {
          name: "objects",
          globalSetup: ["./test/objects/database.ts"],
          include: ["test/objects/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Real processes: PostgreSQL, wrangler dev, the twins.
        test: {
          ...native,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...native,
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
      {
        // wrangler and the deploy tool against an account on this machine.
        test: {
          ...native,
          name: "deploy",
          include: ["test/deploy/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        // Installs ClickHouse when it is not there: 550 MB.
        test: {
          ...native,
          name: "analytics",
          include: ["test/analytics/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          ...native,
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          testTimeout: 1_800_000,
        },
      },
      {
        // One file after another: each takes the whole machine.
        test: {
          ...native,
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...native,
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
