/**
 * The product's Worker with every binding counted, for `npm run bench -- cost` alone. All of it
 * runs in one isolate here, so that one module holds the counts; GET /counts answers
 * and empties them.
 */

import type { Bindings } from "../../workers/env.ts";
import worker, * as product from "../../workers/index.ts";
import { noCounts, type OperationCounts } from "./counts.ts";

let counts: OperationCounts = noCounts();

type Method = (...args: unknown[]) => unknown;

/** An object whose methods are replaced where `replace` has one of that name. */
function over<T extends object>(target: T, replace: Record<string, (own: Method) => Method>): T {
  return new Proxy(target, {
    get(_, name) {
      const own = Reflect.get(target, name, target) as unknown;
      if (typeof own !== "function") return own;
      const bound = (own as Method).bind(target);
      return replace[String(name)]?.(bound) ?? bound;
    },
  });
}

const countedQueue = <T extends object>(queue: T): T =>
  over(queue, {
    send: (own) => (body, options) => {
      counts.queueWrites++;
      return own(body, options);
    },
    sendBatch: (own) => (messages, options) => {
      counts.queueWrites += [...(messages as Iterable<unknown>)].length;
      return own(messages, options);
    },
  });

/** Every call of an object is a request, and lasts as long as its caller waits. */
const countedObjects = <T extends object>(name: string, namespace: T): T =>
  over(namespace, {
    getByName:
      (own) =>
      (...given) =>
        new Proxy(own(...given) as Record<string, Method>, {
          get(stub, method) {
            const call = Reflect.get(stub, method) as unknown;
            if (typeof call !== "function") return call;
            return (...args: unknown[]) => {
              counts.objectRequests[name] = (counts.objectRequests[name] ?? 0) + 1;
              return Reflect.apply(call as Method, stub, args);
            };
          },
        }),
  });

const countedKv = <T extends object>(kv: T): T =>
  over(kv, {
    get: (own) => (key, options) => {
      counts.kvReads += Array.isArray(key) ? key.length : 1;
      return own(key, options);
    },
    put: (own) => (key, value, options) => {
      counts.kvWrites++;
      return own(key, value, options);
    },
  });

const OBJECTS = [
  "EVENTS",
  "CHANNELS",
  "COMMITS",
  "SWEEPER",
  "STREAM",
  "METRICS",
  "PROVIDERS",
  "JETSTREAM",
  "ALERTS",
] as const;
const QUEUES = ["POSTS", "MENTIONS", "DELIVERIES"] as const;
const known = new WeakMap<object, Bindings>();

function counted(env: Bindings): Bindings {
  const found = known.get(env);
  if (found) return found;
  const made = {
    ...env,
    ...Object.fromEntries(QUEUES.map((name) => [name, countedQueue(env[name])])),
    ...Object.fromEntries(OBJECTS.map((name) => [name, countedObjects(name, env[name])])),
    RULES: countedKv(env.RULES),
    ANALYTICS: over(env.ANALYTICS, {
      writeDataPoint: (own) => (point) => {
        counts.points++;
        return own(point);
      },
    }),
  } as Bindings;
  known.set(env, made);
  return made;
}

/** Writes of an object's storage are rows; so is each alarm that is set. */
function countStorage({ storage }: DurableObjectState): void {
  const patch = (target: object, name: string, act: () => void) => {
    const own = Reflect.get(target, name) as Method;
    Object.defineProperty(target, name, {
      configurable: true,
      value: (...args: unknown[]) => {
        act();
        return Reflect.apply(own, target, args);
      },
    });
  };
  const written = () => void counts.objectRowsWritten++;
  for (const name of ["setAlarm", "deleteAlarm"]) patch(storage, name, written);
  for (const name of ["put", "delete"]) patch(storage.kv, name, written);
  patch(storage.kv, "get", () => void counts.objectRowsRead++);
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  Object.defineProperty(sql, "exec", {
    configurable: true,
    value: (statement: string, ...params: unknown[]) => {
      const cursor = exec(statement, ...params);
      const toArray = cursor.toArray.bind(cursor);
      cursor.toArray = () => {
        const rows = toArray();
        counts.objectRowsWritten += cursor.rowsWritten;
        counts.objectRowsRead += cursor.rowsRead;
        return rows;
      };
      return cursor;
    },
  });
}

type ObjectClass = new (context: DurableObjectState, env: Bindings) => object;

/**
 * A class of the product that gets counted bindings, storage and time. Its methods stand on the
 * prototype: others cannot be called from elsewhere.
 */
function countedClass(name: string, base: ObjectClass): ObjectClass {
  const made = class extends base {
    constructor(context: DurableObjectState, env: Bindings) {
      countStorage(context);
      super(context, counted(env));
    }
  };
  for (const method of methodsOf(base)) {
    const own = Reflect.get(base.prototype, method) as Method;
    Object.defineProperty(made.prototype, method, {
      configurable: true,
      async value(...args: unknown[]) {
        if (method === "alarm")
          counts.objectRequests[name] = (counts.objectRequests[name] ?? 0) + 1;
        const began = Date.now();
        try {
          return await Reflect.apply(own, this, args);
        } finally {
          counts.objectMs += Date.now() - began;
        }
      },
    });
  }
  return made;
}

const methodsOf = (base: ObjectClass): string[] =>
  Object.getOwnPropertyNames(base.prototype).filter((name) => name !== "constructor");

const classOf = (name: string, base: unknown) => countedClass(name, base as ObjectClass);
export const EventObject = classOf("EVENTS", product.EventObject);
export const CommitsObject = classOf("COMMITS", product.CommitsObject);
export const ChannelObject = classOf("CHANNELS", product.ChannelObject);
export const SweeperObject = classOf("SWEEPER", product.SweeperObject);
export const StreamObject = classOf("STREAM", product.StreamObject);
export const MetricsObject = classOf("METRICS", product.MetricsObject);
export const ProviderObject = classOf("PROVIDERS", product.ProviderObject);
export const AlertsObject = classOf("ALERTS", product.AlertsObject);
export const JetstreamObject = classOf("JETSTREAM", product.JetstreamObject);

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/counts") {
      const answer = Response.json(counts);
      counts = noCounts();
      return answer;
    }
    counts.requests++;
    return worker.fetch(request, counted(env), context);
  },
  async scheduled(event, env, context) {
    counts.requests++;
    return worker.scheduled(event, counted(env), context);
  },
  async queue(batch, env, context) {
    counts.requests++;
    counts.queueReads += batch.messages.length;
    return worker.queue(batch, counted(env), context);
  },
} satisfies ExportedHandler<Bindings>;
