import type { Clock } from "../kit/time.ts";
import { isKnownTag } from "./reply.ts";

/**
 * What is used of the platform's Cache: one of a data centre, which may forget anything at any
 * time.
 */
export type EdgeStore = {
  match(key: Request): Promise<Response | undefined>;
  put(key: Request, response: Response): Promise<void>;
};
type Answer = (request: Request) => Promise<Response>;

const MADE_AT = "X-Made-At";
const SAID = "X-Cache-Control";
/** What is about the request that an answer was made for, not about the answer. */
const OF_ONE_CALLER = ["RateLimit", "RateLimit-Policy", "X-Request-Id"];

/**
 * Public reads out of the data centre's cache: fresh for `s-maxage`, then for
 * `stale-while-revalidate` the old answer while a new one is made. The platform's Cache knows the
 * first alone, so the copy is kept for both times together and this module judges its age. A client
 * that shows a key bypasses the cache. An answer is made for the address alone: one for what a
 * reader already has would be a 304, and a 304 cannot be kept.
 */
export function edgeCache(
  store: EdgeStore,
  now: Clock,
  defer: (work: Promise<unknown>) => void,
): (request: Request, answer: Answer) => Promise<Response> {
  const underWay = new Set<string>();

  async function keep(key: Request, response: Response): Promise<void> {
    const { fresh, stale } = lifetime(response);
    if (response.status !== 200 || fresh === 0) return;
    const copy = new Response(response.body, response);
    for (const name of OF_ONE_CALLER) copy.headers.delete(name);
    copy.headers.set(SAID, copy.headers.get("Cache-Control") ?? "");
    copy.headers.set("Cache-Control", `public, max-age=${fresh + stale}`);
    copy.headers.set(MADE_AT, String(now()));
    await store.put(key, copy).catch(() => undefined);
  }

  async function renew(key: Request, answer: Answer): Promise<void> {
    if (underWay.has(key.url)) return;
    underWay.add(key.url);
    await answer(key)
      .then((response) => keep(key, response))
      .catch(() => undefined)
      .finally(() => underWay.delete(key.url));
  }

  return async (request, answer) => {
    if (
      request.method !== "GET" ||
      request.headers.has("Authorization") ||
      request.headers.has("Upgrade")
    )
      return answer(request);
    const key = new Request(request.url);
    const held = await store.match(key).catch(() => undefined);
    if (held === undefined) {
      const response = await answer(unconditional(request));
      if (lifetime(response).fresh > 0) defer(keep(key, response.clone()));
      return unlessKnown(request, response);
    }
    const age = Math.floor((now() - Number(held.headers.get(MADE_AT))) / 1000);
    const shown = asMade(held, age);
    if (age >= lifetime(shown).fresh) defer(renew(key, answer));
    return unlessKnown(request, shown);
  };
}

/**
 * Seconds for which an answer may be given again as it is, and then still while it is renewed.
 * Nothing for what is not public.
 */
function lifetime({ headers }: Response): { fresh: number; stale: number } {
  const said = headers.get("Cache-Control") ?? "";
  const seconds = (name: string) =>
    Number(new RegExp(`(?:^|[ ,])${name}=(\\d+)`).exec(said)?.[1] ?? 0);
  return said.startsWith("public")
    ? { fresh: seconds("s-maxage"), stale: seconds("stale-while-revalidate") }
    : { fresh: 0, stale: 0 };
}

function asMade(held: Response, age: number): Response {
  const shown = new Response(held.body, held);
  shown.headers.set("Cache-Control", shown.headers.get(SAID) ?? "");
  shown.headers.set("Age", String(age));
  for (const name of [SAID, MADE_AT, "CF-Cache-Status"]) shown.headers.delete(name);
  return shown;
}

function unconditional(request: Request): Request {
  if (!request.headers.has("If-None-Match")) return request;
  const headers = new Headers(request.headers);
  headers.delete("If-None-Match");
  return new Request(request.url, { headers });
}

/** The answer, or a 304 to a client that has it. */
function unlessKnown(request: Request, response: Response): Response {
  const tag = response.headers.get("ETag");
  const isKnown =
    response.status === 200 &&
    tag !== null &&
    isKnownTag(tag, request.headers.get("If-None-Match"));
  return isKnown ? new Response(null, { status: 304, headers: response.headers }) : response;
}
