import { type Keyspace, RedisError } from "./keyspace.ts";
import { globToRegExp, integer, OK, type Reply, Status, syntaxError } from "./reply.ts";

/** A command's least number of arguments, and what it does. */
export type CommandTable = Record<
  string,
  { min: number; run: (db: Keyspace, args: string[]) => Reply }
>;

type SetOptions = {
  when?: "NX" | "XX";
  get: boolean;
  keepTtl: boolean;
  expiresAt?: number;
};

const EXPIRY_UNITS: Record<string, { ms: number; absolute: boolean }> = {
  EX: { ms: 1000, absolute: false },
  PX: { ms: 1, absolute: false },
  EXAT: { ms: 1000, absolute: true },
  PXAT: { ms: 1, absolute: true },
};

function expiryFrom(option: string, amount: string | undefined, now: number): number | undefined {
  const unit = EXPIRY_UNITS[option];
  if (!unit) return undefined;
  const count = integer(amount);
  if (count <= 0) throw new RedisError("ERR invalid expire time in 'set' command");
  return count * unit.ms + (unit.absolute ? 0 : now);
}

function setOptions(words: string[], now: number): SetOptions {
  const options: SetOptions = { get: false, keepTtl: false };
  for (let at = 0; at < words.length; at++) {
    const word = words[at]?.toUpperCase() ?? "";
    const expiresAt = expiryFrom(word, words[at + 1], now);
    if (expiresAt !== undefined) {
      options.expiresAt = expiresAt;
      at++;
    } else if (word === "NX" || word === "XX") options.when = word;
    else if (word === "GET") options.get = true;
    else if (word === "KEEPTTL") options.keepTtl = true;
    else throw syntaxError();
  }
  return options;
}

/** EXPIRE and its three sisters: NX, XX, GT and LT compare with the expiry that is there. */
const expire =
  (unit: number, absolute: boolean): CommandTable[string]["run"] =>
  (db, [key = "", amount, flag = ""]) => {
    const at = integer(amount) * unit + (absolute ? 0 : db.now());
    const before = db.expiry(key);
    const refused: Record<string, boolean> = {
      NX: before !== undefined,
      XX: before === undefined,
      GT: before === undefined || at <= before,
      LT: before !== undefined && at >= before,
    };
    if (refused[flag.toUpperCase()]) return 0;
    if (at <= db.now()) return db.remove(key) ? 1 : 0;
    return db.expireAt(key, at) ? 1 : 0;
  };

const remaining =
  (unit: number): CommandTable[string]["run"] =>
  (db, [key = ""]) => {
    if (!db.has(key)) return -2;
    const at = db.expiry(key);
    return at === undefined ? -1 : Math.round((at - db.now()) / unit);
  };

const add =
  (sign: 1 | -1): CommandTable[string]["run"] =>
  (db, [key = "", by = "1"]) => {
    const next = integer(db.read(key) ?? "0") + sign * integer(by);
    db.write(key, String(next), db.expiry(key));
    return next;
  };

const setWithExpiry =
  (unit: "EX" | "PX"): CommandTable[string]["run"] =>
  (db, [key = "", amount, value = ""]) => {
    db.write(key, value, expiryFrom(unit, amount, db.now()));
    return OK;
  };

const remove: CommandTable[string]["run"] = (db, keys) =>
  keys.filter((key) => db.remove(key)).length;

const flush: CommandTable[string]["run"] = (db) => {
  for (const key of db.keys()) db.remove(key);
  return OK;
};

export const KEY_COMMANDS: CommandTable = {
  PING: { min: 0, run: (_, [text]) => text ?? new Status("PONG") },
  ECHO: { min: 1, run: (_, [text = ""]) => text },
  TIME: {
    min: 0,
    run: (db) => [String(Math.floor(db.now() / 1000)), String((db.now() % 1000) * 1000)],
  },
  GET: { min: 1, run: (db, [key = ""]) => db.read(key) ?? null },
  SET: {
    min: 2,
    run(db, [key = "", value = "", ...words]) {
      const options = setOptions(words, db.now());
      const before = options.get ? (db.read(key) ?? null) : null;
      const exists = db.has(key);
      if (options.when === "NX" ? exists : options.when === "XX" ? !exists : false) return before;
      db.write(key, value, options.keepTtl ? db.expiry(key) : options.expiresAt);
      return options.get ? before : OK;
    },
  },
  SETNX: {
    min: 2,
    run(db, [key = "", value = ""]) {
      if (db.has(key)) return 0;
      db.write(key, value);
      return 1;
    },
  },
  SETEX: { min: 3, run: setWithExpiry("EX") },
  PSETEX: { min: 3, run: setWithExpiry("PX") },
  GETSET: {
    min: 2,
    run(db, [key = "", value = ""]) {
      const before = db.read(key) ?? null;
      db.write(key, value);
      return before;
    },
  },
  GETDEL: {
    min: 1,
    run(db, [key = ""]) {
      const before = db.read(key) ?? null;
      db.remove(key);
      return before;
    },
  },
  GETEX: {
    min: 1,
    run(db, [key = "", option, amount]) {
      const value = db.read(key) ?? null;
      if (option?.toUpperCase() === "PERSIST") db.expireAt(key, undefined);
      else if (option) db.expireAt(key, expiryFrom(option.toUpperCase(), amount, db.now()));
      return value;
    },
  },
  MGET: {
    min: 1,
    run: (db, keys) => keys.map((key) => db.read(key) ?? null),
  },
  MSET: {
    min: 2,
    run(db, pairs) {
      for (let at = 0; at + 1 < pairs.length; at += 2)
        db.write(pairs[at] ?? "", pairs[at + 1] ?? "");
      return OK;
    },
  },
  INCR: { min: 1, run: (db, [key = ""]) => add(1)(db, [key]) },
  DECR: { min: 1, run: (db, [key = ""]) => add(-1)(db, [key]) },
  INCRBY: { min: 2, run: add(1) },
  DECRBY: { min: 2, run: add(-1) },
  APPEND: {
    min: 2,
    run(db, [key = "", more = ""]) {
      const next = (db.read(key) ?? "") + more;
      db.write(key, next, db.expiry(key));
      return Buffer.byteLength(next);
    },
  },
  STRLEN: { min: 1, run: (db, [key = ""]) => Buffer.byteLength(db.read(key) ?? "") },
  DEL: { min: 1, run: remove },
  UNLINK: { min: 1, run: remove },
  EXISTS: { min: 1, run: (db, keys) => keys.filter((key) => db.has(key)).length },
  TYPE: { min: 1, run: (db, [key = ""]) => new Status(db.has(key) ? "string" : "none") },
  EXPIRE: { min: 2, run: expire(1000, false) },
  PEXPIRE: { min: 2, run: expire(1, false) },
  EXPIREAT: { min: 2, run: expire(1000, true) },
  PEXPIREAT: { min: 2, run: expire(1, true) },
  PERSIST: {
    min: 1,
    run: (db, [key = ""]) => (db.expiry(key) !== undefined && db.expireAt(key, undefined) ? 1 : 0),
  },
  TTL: { min: 1, run: remaining(1000) },
  PTTL: { min: 1, run: remaining(1) },
  KEYS: {
    min: 1,
    run: (db, [glob = "*"]) => db.keys().filter((key) => globToRegExp(glob).test(key)),
  },
  SCAN: {
    min: 1,
    // One page holds everything: the whole keyspace of a local run is small.
    run(db, [, ...words]): Reply {
      const at = words.findIndex((word) => word.toUpperCase() === "MATCH");
      const pattern = globToRegExp(at < 0 ? "*" : (words[at + 1] ?? "*"));
      return ["0", db.keys().filter((key) => pattern.test(key))];
    },
  },
  DBSIZE: { min: 0, run: (db) => db.keys().length },
  FLUSHDB: { min: 0, run: flush },
  FLUSHALL: { min: 0, run: flush },
};
