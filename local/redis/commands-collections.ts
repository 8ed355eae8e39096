import type { Table } from "./commands.ts";
import { RedisError } from "./keyspace.ts";
import { float, formatFloat, integer, ok, type Reply } from "./reply.ts";

function pairsOf(words: string[], command: string): [string, string][] {
  if (words.length % 2 === 1)
    throw new RedisError(`ERR wrong number of arguments for '${command}' command`);
  return Array.from({ length: words.length / 2 }, (_, at) => [
    words[2 * at] ?? "",
    words[2 * at + 1] ?? "",
  ]);
}

/** Redis's start and stop are inclusive and count from the end when negative. */
function slice<T>(items: T[], start: string | undefined, stop: string | undefined): T[] {
  const place = (text: string | undefined) => {
    const at = integer(text);
    return at < 0 ? items.length + at : at;
  };
  return items.slice(Math.max(place(start), 0), Math.max(place(stop) + 1, 0));
}

export const hashCommands: Table = {
  HSET: {
    min: 3,
    run: (db, [key = "", ...words]) =>
      db.change(key, "hash", (hash) => {
        const before = hash.size;
        for (const [field, value] of pairsOf(words, "hset")) hash.set(field, value);
        return hash.size - before;
      }),
  },
  HMSET: {
    min: 3,
    run(db, [key = "", ...words]) {
      db.change(key, "hash", (hash) => {
        for (const [field, value] of pairsOf(words, "hmset")) hash.set(field, value);
      });
      return ok;
    },
  },
  HSETNX: {
    min: 3,
    run(db, [key = "", field = "", value = ""]) {
      if (db.read(key, "hash")?.has(field)) return 0;
      db.change(key, "hash", (hash) => hash.set(field, value));
      return 1;
    },
  },
  HGET: { min: 2, run: (db, [key = "", field = ""]) => db.read(key, "hash")?.get(field) ?? null },
  HMGET: {
    min: 2,
    run(db, [key = "", ...fields]) {
      const hash = db.read(key, "hash");
      return fields.map((field) => hash?.get(field) ?? null);
    },
  },
  HGETALL: { min: 1, run: (db, [key = ""]) => [...(db.read(key, "hash") ?? [])].flat() },
  HKEYS: { min: 1, run: (db, [key = ""]) => [...(db.read(key, "hash")?.keys() ?? [])] },
  HVALS: { min: 1, run: (db, [key = ""]) => [...(db.read(key, "hash")?.values() ?? [])] },
  HLEN: { min: 1, run: (db, [key = ""]) => db.read(key, "hash")?.size ?? 0 },
  HEXISTS: {
    min: 2,
    run: (db, [key = "", field = ""]) => (db.read(key, "hash")?.has(field) ? 1 : 0),
  },
  HDEL: {
    min: 2,
    run: (db, [key = "", ...fields]) =>
      db.change(key, "hash", (hash) => fields.filter((field) => hash.delete(field)).length),
  },
  HINCRBY: {
    min: 3,
    run: (db, [key = "", field = "", by]) =>
      db.change(key, "hash", (hash) => {
        const next = integer(hash.get(field) ?? "0") + integer(by);
        hash.set(field, String(next));
        return next;
      }),
  },
};

export const setCommands: Table = {
  SADD: {
    min: 2,
    run: (db, [key = "", ...members]) =>
      db.change(key, "set", (set) => {
        const before = set.size;
        for (const member of members) set.add(member);
        return set.size - before;
      }),
  },
  SREM: {
    min: 2,
    run: (db, [key = "", ...members]) =>
      db.change(key, "set", (set) => members.filter((member) => set.delete(member)).length),
  },
  SMEMBERS: { min: 1, run: (db, [key = ""]) => [...(db.read(key, "set") ?? [])] },
  SISMEMBER: {
    min: 2,
    run: (db, [key = "", member = ""]) => (db.read(key, "set")?.has(member) ? 1 : 0),
  },
  SCARD: { min: 1, run: (db, [key = ""]) => db.read(key, "set")?.size ?? 0 },
};

export const listCommands: Table = {
  LPUSH: {
    min: 2,
    run: (db, [key = "", ...items]) =>
      db.change(key, "list", (list) => list.unshift(...items.toReversed())),
  },
  RPUSH: {
    min: 2,
    run: (db, [key = "", ...items]) => db.change(key, "list", (list) => list.push(...items)),
  },
  LPOP: { min: 1, run: (db, [key = ""]) => db.change(key, "list", (list) => list.shift() ?? null) },
  RPOP: { min: 1, run: (db, [key = ""]) => db.change(key, "list", (list) => list.pop() ?? null) },
  LLEN: { min: 1, run: (db, [key = ""]) => db.read(key, "list")?.length ?? 0 },
  LRANGE: {
    min: 3,
    run: (db, [key = "", start, stop]) => slice(db.read(key, "list") ?? [], start, stop),
  },
  LTRIM: {
    min: 3,
    run(db, [key = "", start, stop]) {
      db.change(key, "list", (list) => list.splice(0, list.length, ...slice(list, start, stop)));
      return ok;
    },
  },
};

type Scored = [member: string, score: number];

/** By score, then by member, which is the order Redis promises. */
const ordered = (zset: Map<string, number> | undefined): Scored[] =>
  [...(zset ?? [])].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : a > b ? 1 : 0));

/** A bound of a score range: `5`, `(5` without five itself, `-inf`. */
function between(low: string | undefined, high: string | undefined): (score: number) => boolean {
  const bound = (text = "") =>
    text.startsWith("(")
      ? { value: float(text.slice(1)), open: true }
      : { value: float(text), open: false };
  const from = bound(low);
  const to = bound(high);
  return (score) =>
    (from.open ? score > from.value : score >= from.value) &&
    (to.open ? score < to.value : score <= to.value);
}

function output(found: Scored[], words: string[]): Reply {
  const limit = words.indexOf("LIMIT");
  const cut =
    limit < 0
      ? found
      : found.slice(integer(words[limit + 1])).slice(0, Math.max(integer(words[limit + 2]), 0));
  return words.includes("WITHSCORES")
    ? cut.flatMap(([member, score]) => [member, formatFloat(score)])
    : cut.map(([member]) => member);
}

function addScores(zset: Map<string, number>, words: string[]): number {
  const flags = new Set<string>();
  while (words[0] && /^(NX|XX|GT|LT|CH)$/i.test(words[0]))
    flags.add(words.shift()?.toUpperCase() ?? "");
  let added = 0;
  let changed = 0;
  for (const [text, member] of pairsOf(words, "zadd")) {
    const score = float(text);
    const before = zset.get(member);
    if (before === undefined ? flags.has("XX") : flags.has("NX")) continue;
    if (
      before !== undefined &&
      ((flags.has("GT") && score <= before) || (flags.has("LT") && score >= before))
    )
      continue;
    zset.set(member, score);
    if (before === undefined) added++;
    else if (before !== score) changed++;
  }
  return flags.has("CH") ? added + changed : added;
}

export const sortedSetCommands: Table = {
  ZADD: {
    min: 3,
    run: (db, [key = "", ...words]) => db.change(key, "zset", (zset) => addScores(zset, words)),
  },
  ZINCRBY: {
    min: 3,
    run: (db, [key = "", by, member = ""]) =>
      db.change(key, "zset", (zset) => {
        const next = (zset.get(member) ?? 0) + float(by);
        zset.set(member, next);
        return formatFloat(next);
      }),
  },
  ZREM: {
    min: 2,
    run: (db, [key = "", ...members]) =>
      db.change(key, "zset", (zset) => members.filter((member) => zset.delete(member)).length),
  },
  ZCARD: { min: 1, run: (db, [key = ""]) => db.read(key, "zset")?.size ?? 0 },
  ZSCORE: {
    min: 2,
    run(db, [key = "", member = ""]) {
      const score = db.read(key, "zset")?.get(member);
      return score === undefined ? null : formatFloat(score);
    },
  },
  ZCOUNT: {
    min: 3,
    run: (db, [key = "", low, high]) =>
      [...(db.read(key, "zset")?.values() ?? [])].filter(between(low, high)).length,
  },
  ZRANGE: {
    min: 3,
    run(db, [key = "", start, stop, ...rest]) {
      const words = rest.map((word) => word.toUpperCase());
      const reverse = words.includes("REV");
      const all = ordered(db.read(key, "zset"));
      if (reverse) all.reverse();
      if (!words.includes("BYSCORE")) return output(slice(all, start, stop), words);
      const inside = reverse ? between(stop, start) : between(start, stop);
      return output(
        all.filter(([, score]) => inside(score)),
        words,
      );
    },
  },
  ZRANGEBYSCORE: {
    min: 3,
    run(db, [key = "", low, high, ...rest]) {
      const inside = between(low, high);
      const found = ordered(db.read(key, "zset")).filter(([, score]) => inside(score));
      return output(
        found,
        rest.map((word) => word.toUpperCase()),
      );
    },
  },
  ZREMRANGEBYSCORE: {
    min: 3,
    run(db, [key = "", low, high]) {
      const inside = between(low, high);
      return db.change(
        key,
        "zset",
        (zset) =>
          [...zset].filter(([member, score]) => inside(score) && zset.delete(member)).length,
      );
    },
  },
};
