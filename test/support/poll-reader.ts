import { localGuard } from "../../src/http/local-guard.ts";
import type { RawVariables } from "../../src/settings/define.ts";
import type { Source } from "../../src/sources/source.ts";

export const NOW = Date.UTC(2026, 10, 20, 10);
export const DAY_MS = 86_400_000;

export type Asked = { url: URL; headers: Record<string, string>; body: string };

/** For tests: polls a source whose service is one function, on a clock that stands still. */
export function reader(source: Source, env: RawVariables, service: (asked: Asked) => unknown) {
  const calls: Asked[] = [];
  const ports = {
    async fetch(url: string, init: RequestInit) {
      const asked = {
        url: new URL(url),
        headers: init.headers as Record<string, string>,
        body: String(init.body ?? ""),
      };
      calls.push(asked);
      const answer = service(asked);
      return answer instanceof Response ? answer : Response.json(answer);
    },
    now: () => NOW,
    sleep: async () => undefined,
    guard: localGuard(() => NOW),
  };
  const on = source.configure(env);
  if (on.kind === "off" || on.poll === undefined)
    throw new Error(on.kind === "off" ? on.why : "not polled");
  const { poll } = on;
  return {
    calls,
    read: (cursor: string | null = null, since: string | null = null) =>
      poll({ cursor, since }, ports),
  };
}
