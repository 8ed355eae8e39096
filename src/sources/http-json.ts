import * as z from "zod";
import { dig } from "../kit/dig.ts";
import { type GuardedPorts, guardedCall } from "../kit/guarded-call.ts";
import { sha256Hex } from "../kit/hash.ts";
import { toldTime } from "../kit/time.ts";
import { NOTHING_NEW, readCursor, worse } from "./places.ts";
import { readPosts, type Wire } from "./read-posts.ts";
import { type Polled, source } from "./source.ts";

const LIMITS = { pace: { perMinute: 10, gapMs: 200 }, dailyBudget: null };

const Path = z.string().regex(/^[\w-]+(\.[\w-]+)*$|^$/, "must be names separated by dots");
const Api = z.object({
  /** Becomes the posts' source. */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,40}$/),
  url: z.url({ protocol: /^https?$/ }),
  /** Values may hold ${NAME} of a variable that starts with HTTP_JSON_, so that secrets stay out of this document. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Where the list is in the answer; "" when the answer is the list. */
  items: Path.default(""),
  /** Field of a post -> where it is in an item. */
  map: z.record(z.enum(["id", "text", "author", "posted_at", "url", "lang", "symbol", "token_ca", "chain"]), Path.optional()),
  /** Sent as this parameter: the greatest id so far, or a value found in the answer. */
  cursor: z
    .object({ param: z.string(), from: z.union([z.literal("max:id"), z.templateLiteral(["path:", z.string()])]) })
    .nullable()
    .default(null),
  etag: z.boolean().default(true),
});
type Api = z.output<typeof Api>;

const Apis = z
  .string({ error: "is not set" })
  .transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "is not JSON" });
      return z.NEVER;
    }
  })
  .pipe(z.array(Api).min(1));

const ApiPlace = z.object({ cursor: z.string().nullable(), etag: z.string().nullable() });
const Cursor = z.record(z.string(), ApiPlace);

const asText = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;

/** Times come as ISO text, or as seconds or milliseconds since 1970. */
function instant(value: unknown, now: number): string {
  const number = typeof value === "number" ? value : /^\d{10,13}$/.test(String(value)) ? Number(value) : Number.NaN;
  const time = Number.isNaN(number) ? Date.parse(String(value)) : number < 100_000_000_000 ? number * 1_000 : number;
  return toldTime(time, now);
}

function wire(item: unknown, api: Api, now: number): Wire {
  const mapped = Object.fromEntries(
    Object.entries(api.map).flatMap(([field, path]) => {
      const value = path === undefined ? undefined : asText(dig(item, path));
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return {
    ...mapped,
    source: api.name,
    id: mapped.id ?? sha256Hex(JSON.stringify(item)),
    author: mapped.author ?? api.name,
    posted_at: instant(mapped.posted_at ?? "", now),
  };
}

/** Numbers by value, other ids by their letters. */
const greater = (a: string, b: string): boolean => (/^\d+$/.test(a + b) ? BigInt(a) > BigInt(b) : a > b);

function nextCursor(api: Api, json: unknown, ids: string[], before: string | null): string | null {
  if (api.cursor === null) return null;
  if (api.cursor.from !== "max:id") return asText(dig(json, api.cursor.from.slice("path:".length))) ?? before;
  return ids.reduce<string | null>((most, id) => (most === null || greater(id, most) ? id : most), before);
}

const withSecrets = (text: string, secrets: Record<string, string>): string =>
  text.replace(/\$\{(HTTP_JSON_\w+)\}/g, (_, name: string) => secrets[name] ?? "");

const providerOf = (api: Api): string => `http-json.${api.name}`;

type Read = Pick<Polled, "verdict" | "posts" | "rejected"> & { place: z.infer<typeof ApiPlace> };

async function read(
  api: Api,
  place: z.infer<typeof ApiPlace>,
  secrets: Record<string, string>,
  ports: GuardedPorts,
): Promise<Read> {
  const url = new URL(api.url);
  if (api.cursor !== null && place.cursor !== null) url.searchParams.set(api.cursor.param, place.cursor);
  const headers = Object.fromEntries(Object.entries(api.headers).map(([name, value]) => [name, withSecrets(value, secrets)]));
  const answer = await guardedCall(
    { provider: providerOf(api), limits: LIMITS },
    () => ({
      url: url.href,
      headers: {
        accept: "application/json",
        ...headers,
        ...(api.etag && place.etag !== null && { "if-none-match": place.etag }),
      },
      timeoutMs: 8_000,
      expect: "json",
      accepts: (json) => Array.isArray(dig(json, api.items)),
    }),
    ports,
  );
  const items = dig(answer.json, api.items);
  if (answer.verdict.kind !== "ok" || !Array.isArray(items)) return { verdict: answer.verdict, posts: [], rejected: 0, place };
  const { posts, rejected } = readPosts(items, (item) => wire(item, api, ports.now()));
  const ids = posts.map((post) => post.id);
  const reached = { cursor: nextCursor(api, answer.json, ids, place.cursor), etag: answer.headers.get("etag") };
  return { verdict: answer.verdict, posts, rejected, place: reached };
}

export const httpJson = source({
  name: "http-json",
  title: "Any JSON API",
  kind: "poll",
  docs: "Polls the APIs described in HTTP_JSON_SOURCES: a JSON list of {name, url, headers, items, map, cursor}. Example in docs/sources.md.",
  settings: z
    .object({ HTTP_JSON_SOURCES: Apis, HTTP_JSON_EVERY_MINUTES: z.coerce.number().int().min(1).default(5) })
    .catchall(z.unknown()),
  providers: ({ HTTP_JSON_SOURCES }) => HTTP_JSON_SOURCES.map(providerOf),
  everyMinutes: (settings) => settings.HTTP_JSON_EVERY_MINUTES,
  async poll(settings, { cursor, since }, ports): Promise<Polled> {
    const places = readCursor(Cursor, cursor, {});
    const secrets = Object.fromEntries(
      Object.entries(settings).flatMap(([name, value]) =>
        name.startsWith("HTTP_JSON_") && typeof value === "string" ? [[name, value]] : [],
      ),
    );
    const polled: Polled = { verdict: NOTHING_NEW, posts: [], rejected: 0, cursor, more: false };
    for (const api of settings.HTTP_JSON_SOURCES) {
      const place = places[api.name] ?? { cursor: null, etag: null };
      const found = await read(api, place, secrets, ports);
      places[api.name] = found.place;
      polled.more ||= found.posts.length > 0 && found.place.cursor !== place.cursor;
      polled.verdict = worse(polled.verdict, found.verdict);
      polled.posts.push(...found.posts.filter((post) => since === null || post.postedAt >= since));
      polled.rejected += found.rejected;
    }
    return { ...polled, cursor: JSON.stringify(places) };
  },
});
