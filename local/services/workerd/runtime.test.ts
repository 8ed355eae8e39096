import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePorts } from "../../supervisor/ports.ts";
import { type Bindings, openRuntime } from "./runtime.ts";

/** Counts its calls in an object's storage, and has a setting. */
const worker = (said: string) => ({
  code: `
    import { DurableObject } from "cloudflare:workers";
    export class Counter extends DurableObject {
      count() {
        const next = (this.ctx.storage.kv.get("calls") ?? 0) + 1;
        this.ctx.storage.kv.put("calls", next);
        return next;
      }
    }
    export default {
      async fetch(request, env) {
        const calls = await env.COUNTER.getByName("one").count();
        return Response.json({ said: ${JSON.stringify(said)}, setting: env.SETTING, calls });
      },
    };`,
  map: "{}",
  inputs: new Set<string>(),
});

const BINDINGS = {
  bindings: { SETTING: "of the configuration" },
  compatibilityDate: "2026-10-01",
  durableObjects: { COUNTER: { className: "Counter", useSQLite: true } },
} satisfies Bindings & Record<string, unknown>;

const USERS = String.raw`it's "$HOME", \n and \$BTC`;

it("keeps the state of objects when the Worker is loaded anew", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "runtime-"));
  const [port = 0] = await freePorts(1);
  const settings = { SETTING: USERS };
  const job = { config: "", port, inspectorPort: null, stateDir, settings };
  const runtime = openRuntime(job, "counter", BINDINGS);
  onTestFinished(async () => {
    await runtime.end();
    rmSync(stateDir, { recursive: true });
  });
  const answer = async () => (await fetch(`http://127.0.0.1:${port}/`)).json();

  await runtime.run(worker("first"));
  expect(await answer()).toEqual({ said: "first", setting: USERS, calls: 1 });
  await runtime.run(worker("second"));
  expect(await answer()).toEqual({ said: "second", setting: USERS, calls: 2 });
});
