import { expect, it } from "vitest";
import { metricsCollector } from "../../src/observability/collector.ts";
import { routesFromKv } from "./routes-kv.ts";

const PUSHED = 'version: "1"\nroute: { channels: [ops] }\n';

async function opened() {
  const kv = new Map<string, string>();
  const routes = routesFromKv(
    {
      get: async (key) => kv.get(key) ?? null,
      put: async (key, value) => void kv.set(key, value),
    },
    { fallback: "# none", variables: {}, vocabulary: {}, rereadMs: 0, tenant: "default" },
    { now: () => 0, telemetry: metricsCollector() },
  );
  await routes.publish(PUSHED);
  await routes.current();
  const [key = ""] = [...kv.keys()];
  return { kv, key, routes, pushed: kv.get(key) ?? "" };
}

it("keeps what was loaded while KV holds what cannot be read, and says so that long", async () => {
  const { kv, key, routes, pushed } = await opened();
  kv.set(key, "no routes");
  expect((await routes.current())?.text).toBe(PUSHED);
  expect(routes.status().rejected).toBe("KV holds no routes there");
  kv.set(key, pushed);
  expect((await routes.current())?.text).toBe(PUSHED);
  expect(routes.status().rejected).toBeNull();
});

it("keeps what was loaded while KV is out, and takes over nothing before", async () => {
  const { kv, routes } = await opened();
  Object.assign(kv, { get: () => Promise.reject(new Error("out")) });
  expect((await routes.current())?.text).toBe(PUSHED);
  const out = { get: () => Promise.reject(new Error("out")), put: async () => undefined };
  const cold = routesFromKv(
    out,
    { fallback: PUSHED, variables: {}, vocabulary: {}, rereadMs: 0, tenant: "default" },
    { now: () => 0, telemetry: metricsCollector() },
  );
  await expect(cold.current()).rejects.toThrow("out");
});

it("keeps the routes of each tenant under a key of their own", async () => {
  const kv = new Map<string, string>();
  const store = {
    get: async (key: string) => kv.get(key) ?? null,
    put: async (key: string, value: string) => void kv.set(key, value),
  };
  const of = (tenant: string) =>
    routesFromKv(
      store,
      { fallback: "", variables: {}, vocabulary: {}, rereadMs: 0, tenant },
      { now: () => 0, telemetry: metricsCollector() },
    );
  await of("acme").publish(PUSHED);
  expect((await of("acme").current())?.text).toBe(PUSHED);
  expect(await of("beta").current()).toBeNull();
  expect(await of("default").current()).toBeNull();
  expect([...kv.keys()]).toEqual(["routes:current:acme"]);
});
