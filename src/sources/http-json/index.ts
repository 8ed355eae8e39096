import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../../http/provider-call.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import { getPath } from "../../kit/get-path.ts";
import { idDigest, readCursor } from "../_shared/cursor.ts";
import { greatestId } from "../_shared/greatest-id.ts";
import { NOTHING_LEFT_OUT, sumLeftOut } from "../_shared/left-out.ts";
import { linkedNext } from "../_shared/next-link.ts";
import { isUsable, NOTHING_NEW, worseVerdict } from "../_shared/verdicts.ts";
import { type PollResult, source } from "../source.ts";
import { asText, mapItems } from "./map.ts";
import {
  type ApiSecrets,
  HttpJsonSettings,
  type JsonApi,
  secretsOf,
  withSecrets,
} from "./settings.ts";

const LIMITS = { pace: { perMinute: 10, gapMs: 200 }, dailyBudget: null };
const REMEMBERED = 200;
const LONGEST_CURSOR = 2_000;
/** Ticks of the clock do not come to the millisecond. */
const EARLY_MS = 30_000;

/**
 * `rest`: where a read goes on that the page limit ended. Only its last page makes `reached` the
 * new cursor.
 */
const ApiPlace = z.object({
  cursor: z.string().nullable(),
  etag: z.string().nullable(),
  seen: z.array(z.string()).default([]),
  rest: z.object({ next: z.string(), reached: z.string().nullable() }).nullable().default(null),
  restUntil: z.number().default(0),
});
type ApiPlace = z.output<typeof ApiPlace>;
const Cursor = z.record(z.string(), ApiPlace);
const START: ApiPlace = { cursor: null, etag: null, seen: [], rest: null, restUntil: 0 };

const providerOf = (api: JsonApi): string => `http-json.${api.name}`;
const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/** The address and body that ask for `page` of what comes after `cursor`. */
function addressed(
  api: JsonApi,
  cursor: string | null,
  page: string | null,
  secrets: ApiSecrets,
): { url: string; body?: string } {
  const whole = api.pages?.param === undefined ? page : null;
  const url = new URL(withSecrets(whole ?? api.url, secrets, encodeURIComponent));
  const params: [string, string][] = [];
  if (api.cursor !== null && cursor !== null && whole === null)
    params.push([api.cursor.param, cursor]);
  if (api.pages?.param !== undefined && page !== null) params.push([api.pages.param, page]);
  if (api.params_in === "query")
    for (const [name, value] of params) url.searchParams.set(name, value);
  if (api.method === "GET") return { url: url.href };
  const fixed: unknown = JSON.parse(withSecrets(JSON.stringify(api.body ?? {}), secrets, inJson));
  return {
    url: url.href,
    body: JSON.stringify({
      ...(fixed as object),
      ...(api.params_in === "body" && Object.fromEntries(params)),
    }),
  };
}

function ask(
  api: JsonApi,
  place: ApiPlace,
  page: string | null,
  secrets: ApiSecrets,
  ports: GuardedPorts,
): Promise<OutsideAnswer> {
  const headers = Object.fromEntries(
    Object.entries(api.headers).map(([name, value]) => [name, withSecrets(value, secrets)]),
  );
  const sent = addressed(api, place.cursor, page, secrets);
  return guardedCall(
    { provider: providerOf(api), limits: LIMITS },
    () => ({
      method: api.method,
      ...sent,
      headers: {
        accept: "application/json",
        ...(sent.body !== undefined && { "content-type": "application/json" }),
        ...headers,
        ...(api.etag && page === null && place.etag !== null && { "if-none-match": place.etag }),
      },
      timeoutMs: 8_000,
      expect: "json",
      accepts: (json) => Array.isArray(getPath(json, api.items)),
    }),
    ports,
  );
}

/**
 * An address that an answer names is asked only at the API's own host, for it is sent the API's
 * secrets; of those that it repeats, the names alone are kept.
 */
function ownAddress(named: string, api: JsonApi, secrets: ApiSecrets): string | null {
  const url = URL.parse(named, api.url);
  if (url === null || url.origin !== new URL(api.url).origin || named.includes("${")) return null;
  return Object.entries(secrets).reduce(
    (href, [name, value]) => href.replaceAll(encodeURIComponent(value), () => `\${${name}}`),
    url.href,
  );
}

/** The page after this one; null at the end. */
function pageAfter(
  api: JsonApi,
  answer: OutsideAnswer,
  page: string | null,
  secrets: ApiSecrets,
): string | null {
  if (api.pages === null) return null;
  const { from } = api.pages;
  if (from === "number") return String(Number(page ?? 1) + 1);
  const named =
    from === "link"
      ? linkedNext(answer.headers.get("link") ?? "")
      : asText(getPath(answer.json, from.replace(/^\w+:/, "")));
  if (named === undefined || named === "" || named === page || named.length > LONGEST_CURSOR)
    return null;
  return from.startsWith("path:") ? named : ownAddress(named, api, secrets);
}

function cursorAfter(
  api: JsonApi,
  json: unknown,
  ids: string[],
  before: string | null,
  now: number,
): string | null {
  if (api.cursor === null) return null;
  if (api.cursor.from === "max:id") return greatestId(ids, before, now);
  const next = asText(getPath(json, api.cursor.from.slice("path:".length)));
  return next === undefined || next === "" || next.length > LONGEST_CURSOR ? before : next;
}

type Read = Pick<PollResult, "verdict" | "posts" | "rejected" | "leftOut"> & { place: ApiPlace };

/**
 * Reads page by page until there is no next page, or a page holds nothing new. A first read takes
 * one page, so that it does not read the whole history.
 */
async function read(
  api: JsonApi,
  start: ApiPlace,
  first: boolean,
  secrets: ApiSecrets,
  ports: GuardedPorts,
): Promise<Read> {
  const found: Read = { verdict: NOTHING_NEW, posts: [], rejected: 0, place: start };
  let page = start.rest?.next ?? null;
  for (let count = 1; count <= (api.pages?.most ?? 1); count++) {
    const { place } = found;
    const answer = await ask(api, start, page, secrets, ports);
    const listed = getPath(answer.json, api.items);
    found.verdict = worseVerdict(found.verdict, answer.verdict);
    if (
      answer.verdict.kind === "retry" &&
      answer.status === 200 &&
      answer.json !== undefined &&
      !Array.isArray(listed)
    )
      found.verdict = {
        kind: "retry",
        reason: `${api.name}: items finds no list at ${api.items || "the top of the answer"}`,
      };
    /* The service no longer knows a refused page: begin anew after the same cursor. */
    if (answer.verdict.kind === "reject") found.place = { ...place, rest: null };
    if (answer.verdict.kind !== "ok" || !Array.isArray(listed)) return found;
    const { posts, rejected, leftOut, complaint } = mapItems(listed, api, ports.now());
    found.leftOut = sumLeftOut(found.leftOut ?? NOTHING_LEFT_OUT, leftOut);
    if (complaint !== null) {
      found.verdict = worseVerdict(found.verdict, {
        kind: "partial",
        reason: `${api.name}: ${complaint}`,
      });
      /* A bad page is tried once more and then skipped, so that it does not block what is new. */
      const again = page !== null && page === start.rest?.next;
      return {
        ...found,
        rejected: found.rejected + rejected,
        place: again ? { ...place, rest: null } : place,
      };
    }
    const marks = posts.map(({ id }) => idDigest(id));
    const fresh = posts.filter((_, i) => !place.seen.includes(marks[i] ?? ""));
    found.posts.push(...fresh);
    found.rejected += rejected;
    const ids = posts.map(({ id }) => id);
    const reached = cursorAfter(
      api,
      answer.json,
      ids,
      place.rest?.reached ?? place.cursor,
      ports.now(),
    );
    const seen = [...new Set([...marks, ...place.seen])].slice(0, REMEMBERED);
    /* An item that is unreadable now may be correct later: ask again without the tag. */
    const etag = page !== null ? place.etag : rejected === 0 ? answer.headers.get("etag") : null;
    const next = fresh.length === 0 ? null : pageAfter(api, answer, page, secrets);
    if (next === null || first)
      return { ...found, place: { ...place, cursor: reached, etag, seen, rest: null } };
    found.place = { ...place, etag, seen, rest: { next, reached } };
    page = next;
  }
  return found;
}

export const httpJson = source({
  name: "http-json",
  title: "Any JSON API",
  kind: "poll",
  docs: [
    "Polls the APIs described in HTTP_JSON_SOURCES: a JSON list of {name, url, method, headers,",
    "body, items, map, cursor, pages, every_minutes}. Example in docs/sources.md.",
  ].join(" "),
  settings: HttpJsonSettings,
  postsAs: ({ HTTP_JSON_SOURCES }) => HTTP_JSON_SOURCES.map(({ name }) => name),
  providers: ({ HTTP_JSON_SOURCES }) => HTTP_JSON_SOURCES.map(providerOf),
  everyMinutes: ({ HTTP_JSON_SOURCES, HTTP_JSON_EVERY_MINUTES: usual }) =>
    Math.min(...HTTP_JSON_SOURCES.map((api) => api.every_minutes ?? usual)),
  readAnswer({ HTTP_JSON_SOURCES }, { json, now }) {
    for (const api of HTTP_JSON_SOURCES) {
      const listed = getPath(json, api.items);
      if (Array.isArray(listed)) return { kind: "read", ...mapItems(listed, api, now) };
    }
    return { kind: "unreadable", why: "no source of HTTP_JSON_SOURCES finds its list in it" };
  },
  async poll(settings, { cursor, since }, ports): Promise<PollResult> {
    const places = readCursor(Cursor, cursor, {});
    const secrets = secretsOf(settings);
    const polled: PollResult = {
      verdict: NOTHING_NEW,
      posts: [],
      rejected: 0,
      cursor,
      more: false,
    };
    for (const api of settings.HTTP_JSON_SOURCES) {
      const kept = places[api.name];
      const place = kept ?? START;
      if (place.restUntil > ports.now()) continue;
      const found = await read(api, place, kept === undefined && since === null, secrets, ports);
      const done = isUsable(found.verdict) || found.verdict.kind === "empty";
      const restUntil =
        done && api.every_minutes !== undefined
          ? ports.now() + api.every_minutes * 60_000 - EARLY_MS
          : 0;
      places[api.name] = { ...found.place, restUntil: since === null ? restUntil : 0 };
      const moved = found.posts.length > 0 && found.place.cursor !== place.cursor;
      polled.more ||= moved || found.place.rest !== null;
      polled.verdict = worseVerdict(polled.verdict, found.verdict);
      polled.posts.push(...found.posts.filter((post) => since === null || post.postedAt >= since));
      polled.rejected += found.rejected;
      polled.leftOut = sumLeftOut(
        polled.leftOut ?? NOTHING_LEFT_OUT,
        found.leftOut ?? NOTHING_LEFT_OUT,
      );
    }
    return { ...polled, cursor: JSON.stringify(places) };
  },
});
