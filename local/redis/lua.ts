import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { RedisError } from "./keyspace.ts";
import { type Reply, Status } from "./reply.ts";

/** The part of the Lua C API that is used, as fengari offers it; the package ships no types. */
type Fengari = {
  lua: Record<string, (...args: never[]) => unknown>;
  lauxlib: Record<string, (...args: never[]) => unknown>;
  lualib: Record<string, (...args: never[]) => unknown>;
  to_luastring(text: string): Uint8Array;
  to_jsstring(bytes: Uint8Array): string;
};

type State = object;
const fengari = createRequire(import.meta.url)("fengari") as Fengari;
const { to_luastring: toLua, to_jsstring: fromLua } = fengari;
// biome-ignore lint/suspicious/noExplicitAny: fengari is untyped, and its calls are confined to this file.
const lua = fengari.lua as any;
// biome-ignore lint/suspicious/noExplicitAny: as above.
const lauxlib = fengari.lauxlib as any;

export type LuaRunner = {
  /** Keeps a script and answers its sha. */
  load(source: string): string;
  has(sha: string): boolean;
  run(sha: string, keys: string[], args: string[]): Reply;
  flush(): void;
};

/** Redis to Lua: nil is false, a status a table with `ok`, an error a table with `err`. */
function push(L: State, reply: Reply): void {
  if (reply === null) lua.lua_pushboolean(L, false);
  else if (typeof reply === "number") lua.lua_pushinteger(L, reply);
  else if (typeof reply === "string") lua.lua_pushstring(L, toLua(reply));
  else if (reply instanceof Status) pushField(L, "ok", reply.text);
  else {
    lua.lua_createtable(L, reply.length, 0);
    for (const [at, item] of reply.entries()) {
      push(L, item);
      lua.lua_rawseti(L, -2, at + 1);
    }
  }
}

function pushField(L: State, name: string, text: string): void {
  lua.lua_createtable(L, 0, 1);
  lua.lua_pushstring(L, toLua(text));
  lua.lua_setfield(L, -2, toLua(name));
}

function field(L: State, index: number, name: string): string | undefined {
  lua.lua_getfield(L, index, toLua(name));
  const text = lua.lua_isstring(L, -1) ? fromLua(lua.lua_tostring(L, -1)) : undefined;
  lua.lua_pop(L, 1);
  return text;
}

function readTable(L: State, index: number): Reply {
  const error = field(L, index, "err");
  if (error !== undefined) throw new RedisError(error);
  const status = field(L, index, "ok");
  if (status !== undefined) return new Status(status);
  const items: Reply[] = [];
  for (let at = 1; ; at++) {
    lua.lua_rawgeti(L, index, at);
    const last = lua.lua_isnil(L, -1);
    if (!last) items.push(read(L, lua.lua_gettop(L)));
    lua.lua_pop(L, 1);
    if (last) return items;
  }
}

/** Lua to Redis: numbers lose their fraction, false is nil, a table is read up to its first nil. */
function read(L: State, index: number): Reply {
  if (lua.lua_isboolean(L, index)) return lua.lua_toboolean(L, index) ? 1 : null;
  if (lua.lua_type(L, index) === lua.LUA_TNUMBER) return Math.trunc(lua.lua_tonumber(L, index));
  if (lua.lua_isstring(L, index)) return fromLua(lua.lua_tostring(L, index));
  return lua.lua_istable(L, index) ? readTable(L, index) : null;
}

/** A whole number is written without a fraction, as Lua 5.1 in Redis writes it. */
function word(L: State, index: number): string {
  if (lua.lua_type(L, index) === lua.LUA_TNUMBER) return String(lua.lua_tonumber(L, index));
  if (lua.lua_isstring(L, index)) return fromLua(lua.lua_tostring(L, index));
  throw new RedisError("ERR Lua redis lib command arguments must be strings or integers");
}

type Call = (words: string[]) => Reply;

/** `redis.call` raises a command's error in the script; `redis.pcall` hands it over as a table. */
function installCalls(L: State, call: Call): void {
  const caller = (raise: boolean) => (state: State) => {
    try {
      const words = Array.from({ length: lua.lua_gettop(state) }, (_, at) => word(state, at + 1));
      push(state, call(words));
      return 1;
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      pushField(state, "err", error.message);
      return raise ? lua.lua_error(state) : 1;
    }
  };
  lua.lua_createtable(L, 0, 2);
  lua.lua_pushcfunction(L, caller(true));
  lua.lua_setfield(L, -2, toLua("call"));
  lua.lua_pushcfunction(L, caller(false));
  lua.lua_setfield(L, -2, toLua("pcall"));
  lua.lua_setglobal(L, toLua("redis"));
}

/** Names of Lua 5.1 that 5.3 has moved, and Redis's own reply builders. */
const PRELUDE = `
unpack = table.unpack
function redis.error_reply(text) return { err = text } end
function redis.status_reply(text) return { ok = text } end
`;

function setStrings(L: State, name: string, strings: string[]): void {
  push(L, strings);
  lua.lua_setglobal(L, toLua(name));
}

/** The message of the error on the stack: a table from `redis.call`, or Lua's own text. */
function failure(L: State): RedisError {
  const top = lua.lua_gettop(L);
  const text = lua.lua_istable(L, top)
    ? field(L, top, "err")
    : fromLua(lua.lua_tostring(L, top) ?? toLua("unknown"));
  lua.lua_settop(L, 0);
  return new RedisError(
    text?.startsWith("ERR") || text?.startsWith("WRONGTYPE")
      ? text
      : `ERR Error running script: ${text}`,
  );
}

function compile(L: State, source: string): number {
  // `#!lua flags=…` is Redis 7's header; the line stays, empty, so that line numbers in errors are
  // right.
  const body = source.replace(/^#!.*/, "");
  if (lauxlib.luaL_loadstring(L, toLua(body)) !== lua.LUA_OK) {
    throw new RedisError(
      failure(L).message.replace("Error running script", "Error compiling script"),
    );
  }
  return lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX) as number;
}

/** What a script may use: no files, no processes, no loading of other code. */
const LIBRARIES = ["_G", "table", "string", "math"] as const;
const FORBIDDEN = ["dofile", "loadfile", "load", "require", "print", "collectgarbage"];

function openLibraries(L: State): void {
  const opens = fengari.lualib as Record<string, unknown>;
  const openers = {
    _G: opens.luaopen_base,
    table: opens.luaopen_table,
    string: opens.luaopen_string,
    math: opens.luaopen_math,
  };
  for (const name of LIBRARIES) {
    lauxlib.luaL_requiref(L, toLua(name), openers[name], 1);
    lua.lua_pop(L, 1);
  }
  for (const name of FORBIDDEN) {
    lua.lua_pushnil(L);
    lua.lua_setglobal(L, toLua(name));
  }
}

/** Runs scripts in one Lua state; compiled once each, kept by their sha1 as Redis keeps them. */
export function luaRunner(call: Call): LuaRunner {
  const L = lauxlib.luaL_newstate() as State;
  openLibraries(L);
  installCalls(L, call);
  lauxlib.luaL_dostring(L, toLua(PRELUDE));
  lua.lua_settop(L, 0);
  const compiled = new Map<string, number>();
  return {
    load(source) {
      const sha = createHash("sha1").update(source).digest("hex");
      if (!compiled.has(sha)) compiled.set(sha, compile(L, source));
      return sha;
    },
    has: (sha) => compiled.has(sha),
    flush: () => compiled.clear(),
    run(sha, keys, args) {
      setStrings(L, "KEYS", keys);
      setStrings(L, "ARGV", args);
      lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, compiled.get(sha));
      if (lua.lua_pcall(L, 0, 1, 0) !== lua.LUA_OK) throw failure(L);
      try {
        return read(L, lua.lua_gettop(L));
      } finally {
        lua.lua_settop(L, 0);
      }
    },
  };
}
