import CachePolicy from "http-cache-semantics";
import type { Clock } from "../../src/kit/time.ts";

type Answer = (request: Request) => Promise<Response>;
type Kept = { policy: CachePolicy; body: ArrayBuffer; tags: string[]; said: string };
export type CacheStatus = "HIT" | "MISS" | "UPDATING" | "REVALIDATED" | "STALE" | "BYPASS";
export type CachedAnswer = { status: CacheStatus; response: Response };

/** Cloudflare's, in seconds, of an answer that says nothing of caches (RFC 9111, 4.2.2). */
const SILENT: Record<number, number> = { 200: 7200, 204: 7200, 301: 1200, 404: 180, 405: 60 };

/**
 * The cache that the platform puts before a Worker: RFC 9111 by http-cache-semantics, RFC 5861 and
 * RFC 9213; its key is path and query, HEAD shares the entry of GET, and tags can be purged.
 */
export function workerCache(answer: Answer, now: Clock) {
  const kept = new Map<string, Kept[]>();
  const under = new Map<string, Promise<unknown>>();
  class Policy extends CachePolicy {
    now(): number {
      return now();
    }
  }

  async function renew(key: string, request: Request, old?: Kept): Promise<Response> {
    const known = old?.policy.revalidationHeaders(asked(request)) as Record<string, string>;
    const headers = new Headers(known);
    const response = await answer(
      new Request(request.url, { headers: withCaller(headers, request) }),
    );
    const others = (kept.get(key) ?? []).filter((each) => each !== old);
    const reply = { status: response.status, headers: directed(response) };
    const renewed = old?.policy.revalidatedPolicy(asked(request), reply);
    if (old !== undefined && renewed !== undefined && !renewed.modified) {
      const policy = Object.setPrototypeOf(renewed.policy, Policy.prototype) as CachePolicy;
      kept.set(key, [...others, { ...old, policy }]);
      return shown({ ...old, policy }, response.status === 304 ? "REVALIDATED" : "STALE");
    }
    const policy = new Policy(asked(request), reply, { shared: true });
    if (!policy.storable() || policy.timeToLive() <= 0) return marked(response, "BYPASS");
    const body = await response.arrayBuffer();
    const tags = (response.headers.get("Cache-Tag") ?? "").toLowerCase().split(",");
    const made = { policy, body, tags, said: response.headers.get("Cache-Control") ?? "" };
    kept.set(key, [...others, made]);
    return shown(made, "MISS");
  }

  async function fetch(request: Request): Promise<Response> {
    if (!["GET", "HEAD"].includes(request.method) || request.headers.has("Upgrade"))
      return marked(await answer(request), "BYPASS");
    const { pathname, search } = new URL(request.url);
    const key = pathname + search;
    for (const entry of kept.get(key) ?? []) {
      const { response, revalidation } = entry.policy.evaluateRequest(asked(request));
      if (response !== undefined && revalidation === undefined) return shown(entry, "HIT");
      if (response !== undefined) {
        if (!under.has(key))
          under.set(
            key,
            renew(key, request, entry).finally(() => under.delete(key)),
          );
        return shown(entry, "UPDATING");
      }
      if (matches(entry, request)) return renew(key, request, entry);
    }
    return renew(key, request);
  }

  return {
    async ask(path: string, headers: Record<string, string> = {}, method = "GET") {
      const response = await fetch(new Request(`https://example.com${path}`, { headers, method }));
      const status = response.headers.get("Cf-Cache-Status") as CacheStatus;
      return { status, response };
    },
    /** Until what is renewed behind an old answer is there. */
    settled: () => Promise.all(under.values()),
    purge(tags: readonly string[]): void {
      for (const [key, entries] of kept)
        kept.set(
          key,
          entries.filter((entry) => !entry.tags.some((name) => tags.includes(name))),
        );
    },
  };
}

/** The variant that was kept for such a request, fresh or not. */
const matches = ({ policy }: Kept, request: Request): boolean => {
  const { reqh = {} } = policy.toObject() as unknown as { reqh?: Record<string, string> };
  return (reqh.authorization ?? null) === request.headers.get("Authorization");
};

function withCaller(headers: Headers, request: Request): Headers {
  for (const [name, value] of request.headers)
    if (!name.startsWith("if-")) headers.set(name, value);
  return headers;
}

/** GET stands for HEAD, and what the caller knows is for the cache to compare. */
const asked = (request: Request) => {
  const headers: Record<string, string> = Object.fromEntries(request.headers);
  delete headers["if-none-match"];
  return { url: request.url, method: "GET", headers: { host: "", ...headers } };
};

/** The most specific of the headers for caches decides alone (RFC 9213, 2.2). */
function directed(response: Response): Record<string, string> {
  const { "cdn-cache-control": targeted, ...headers } = Object.fromEntries(response.headers);
  const said = targeted ?? headers["cache-control"];
  const silent = SILENT[response.status] ?? 0;
  return { ...headers, "cache-control": said ?? `public, max-age=${silent}` };
}

function shown({ policy, body, said }: Kept, status: CacheStatus): Response {
  const headers = new Headers(policy.responseHeaders() as Record<string, string>);
  headers.delete("Cache-Tag");
  headers.set("Cache-Control", said);
  return marked(new Response(body.slice(0), { headers }), status);
}

function marked(response: Response, status: CacheStatus): Response {
  const copy = new Response(response.body, response);
  copy.headers.set("Cf-Cache-Status", status);
  return copy;
}
