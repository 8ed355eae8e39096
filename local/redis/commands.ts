import { KEY_COMMANDS } from "./commands-keys.ts";
import { type Keyspace, RedisError } from "./keyspace.ts";
import type { LuaRunner } from "./lua.ts";
import { integer, OK, type Reply } from "./reply.ts";

/** One command without scripts: this is also what `redis.call` inside a script reaches. */
export function runCommand(db: Keyspace, [name = "", ...args]: string[]): Reply {
  const command = KEY_COMMANDS[name.toUpperCase()];
  if (!command)
    throw new RedisError(
      `ERR Command is not available: '${name}'. See ` +
        `https://upstash.com/docs/redis/overall/rediscompatibility for details`,
    );
  if (args.length < command.min)
    throw new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  return command.run(db, args);
}

function evaluate(lua: LuaRunner, sha: string | undefined, [count, ...rest]: string[]): Reply {
  if (sha === undefined || !lua.has(sha))
    throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
  const keys = integer(count);
  if (keys < 0 || keys > rest.length)
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  return lua.run(sha, rest.slice(0, keys), rest.slice(keys));
}

function script(lua: LuaRunner, [action = "", ...args]: string[]): Reply {
  if (action.toUpperCase() === "LOAD") return lua.load(args[0] ?? "");
  if (action.toUpperCase() === "EXISTS") return args.map((sha) => (lua.has(sha) ? 1 : 0));
  if (action.toUpperCase() === "FLUSH") {
    lua.flush();
    return OK;
  }
  throw new RedisError(`ERR unknown subcommand '${action}'`);
}

/** Any command of a request, scripts included. */
export function execute(db: Keyspace, lua: LuaRunner, words: string[]): Reply {
  const [name = "", first = "", ...rest] = words;
  switch (name.toUpperCase()) {
    case "EVAL":
    case "EVAL_RO":
      return evaluate(lua, lua.load(first), rest);
    case "EVALSHA":
    case "EVALSHA_RO":
      return evaluate(lua, first.toLowerCase(), rest);
    case "SCRIPT":
      return script(lua, [first, ...rest]);
    default:
      return runCommand(db, words);
  }
}
