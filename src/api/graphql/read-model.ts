import DataLoader from "dataloader";
import { GraphQLError } from "graphql";
import type * as z from "zod";
import { snakeCased } from "../../kit/case.ts";
import { currentKey } from "../../model/mention.ts";
import type { Signal } from "../../model/signal.ts";
import type { EventRow } from "../../store/events.ts";
import type { Store } from "../../store/index.ts";
import type { OutboxRow, OutboxStore } from "../../store/outbox.ts";
import type { PageRequest, RowPage } from "../../store/paging.ts";
import type { ApiSettings } from "../context.ts";
import { sealedPages } from "../cursor-seal.ts";
import { fieldErrors } from "../problem.ts";
import { asFilter, ListQuery } from "../query.ts";
import { OutboxQuery } from "../routes/outbox.ts";
import { historyFor } from "../routes/posts.ts";
import { type Explanation, publicExplanation, signalOnWire } from "../routes/signals.ts";
import { statementBudget } from "./spending.ts";

export type GraphqlPorts = {
  store: Pick<
    Store,
    "events" | "signals" | "signal" | "post" | "eventsByKey" | "signalsByKey" | "evidenceByKey"
  >;
  ownRows(tenant: string): Pick<OutboxStore, "outbox" | "outboxByKey">;
  explain(signal: Signal): Promise<z.input<typeof Explanation>>;
  settings: Pick<ApiSettings, "cursorKey">;
};

type Json = Record<string, unknown>;
type Args = Record<string, unknown>;
type Limit = { limit: number };

const onWire = (value: unknown): Json => snakeCased(value) as Json;
const wrong = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
const MAX_INNER = 200;

/**
 * The root of one request: graphql-js calls what is a function and takes the rest as it is. What
 * belongs to many events is read for all of them in one statement. `operations`: the caller may
 * read the outbox, of its own tenant.
 */
export function readModel(
  ports: GraphqlPorts,
  caller: { operations: boolean; tenant: string },
): Json {
  const { store, explain } = ports;
  const own = ports.ownRows(caller.tenant);
  const sealOf = (list: string) => ({ key: ports.settings.cursorKey, list });
  const { spend } = statementBudget();
  const once = answeredOnce();
  const byKey = <T>(read: (keys: readonly string[]) => Promise<T[]>, keyOf: (row: T) => string) =>
    new DataLoader<string, T | null>(async (keys) => {
      const found = new Map((await spend(() => read(keys))).map((row) => [keyOf(row), row]));
      return keys.map((key) => found.get(key) ?? null);
    });
  const events = byKey(store.eventsByKey, ({ eventKey }) => eventKey);
  const signals = byKey(store.signalsByKey, ({ eventKey }) => eventKey);
  const evidence = perLimit((limit) =>
    byKey(
      (keys) => store.evidenceByKey(keys, limit),
      ({ eventKey }) => eventKey,
    ),
  );
  const deliveries = perLimit(
    (limit) =>
      new DataLoader<string, OutboxRow[]>(async (keys) => {
        const found = await spend(() => own.outboxByKey(keys, limit));
        const rows = Map.groupBy(found, ({ eventKey }) => eventKey);
        return keys.map((key) => rows.get(key) ?? []);
      }),
  );

  const operate = () => {
    if (!caller.operations)
      throw new GraphQLError("Deliveries ask for a key with the scope operations.", {
        extensions: { code: "FORBIDDEN" },
      });
  };
  const eventNode = (row: EventRow): Json => ({
    ...onWire(row),
    signal: async () => nullable(await signals.load(row.eventKey), signalNode),
    evidence: async ({ limit }: Limit) =>
      ((await evidence(limit).load(row.eventKey))?.evidence ?? []).map(onWire),
    deliveries: async ({ limit }: Limit) => {
      operate();
      return (await deliveries(limit).load(row.eventKey)).map(deliveryNode);
    },
  });
  const eventOf = (eventKey: string) => async () =>
    nullable(await events.load(eventKey), eventNode);
  const signalNode = (signal: Signal): Json => ({
    ...onWire(signalOnWire(signal)),
    event: eventOf(signal.eventKey),
    explain: () =>
      once("explain", signal.eventKey, async () => {
        await once("rules", signal.rulesVersion, () => spend(async () => null));
        const full = await explain(signal);
        const explained = onWire(caller.operations ? full : publicExplanation(full));
        return "rules" in explained ? explained : null;
      }),
  });
  const deliveryNode = (row: OutboxRow): Json => ({ ...onWire(row), event: eventOf(row.eventKey) });

  return {
    events: (args: Args) =>
      once("events", args, () =>
        listed(
          args,
          ListQuery,
          sealedPages(sealOf("/events"), (query) =>
            spend(() => store.events(asFilter(query), query)),
          ),
          eventNode,
        ),
      ),
    event: ({ event_key }: { event_key: string }) => eventOf(currentKey(event_key))(),
    signals: (args: Args) =>
      once("signals", args, () =>
        listed(
          args,
          ListQuery,
          sealedPages(sealOf("/signals"), (query) =>
            spend(() => store.signals(asFilter(query), query)),
          ),
          signalNode,
        ),
      ),
    signal: async ({ event_key }: { event_key: string }) =>
      nullable(await signals.load(currentKey(event_key)), signalNode),
    post: ({ source, id }: { source: string; id: string }) =>
      once("post", [source, id], async () => {
        const found = await spend(() => store.post(source, id));
        if (found === undefined) return null;
        const history = historyFor(found, caller);
        const steps = history.steps.map((step) => ({
          ...onWire(step),
          event: step.eventKey === null ? null : eventOf(step.eventKey),
        }));
        return { ...onWire(history), steps };
      }),
    deliveries({ channel_id: channel, ...args }: Args) {
      operate();
      const read = ({
        status,
        channel: channelId,
        since,
        ...paging
      }: z.output<typeof OutboxQuery>) =>
        spend(() => own.outbox({ status, channelId, since }, paging));
      return once("deliveries", { ...args, channel }, () =>
        listed(
          { ...args, channel },
          OutboxQuery,
          sealedPages(sealOf("/outbox"), read),
          deliveryNode,
        ),
      );
    },
  };
}

const nullable = <T>(value: T | null, node: (value: T) => Json): Json | null =>
  value === null ? null : node(value);

/** Equal fields of a request share one answer. */
function answeredOnce(): <T>(name: string, args: unknown, read: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, Promise<unknown>>();
  return <T>(name: string, args: unknown, read: () => Promise<T>) => {
    const key = JSON.stringify([name, args]);
    const answer = (answers.get(key) as Promise<T> | undefined) ?? read();
    answers.set(key, answer);
    return answer;
  };
}

/** A loader for each limit asked for, since one statement has one limit. */
function perLimit<T>(make: (limit: number) => T): (limit: number) => T {
  const made = new Map<number, T>();
  return (limit) => {
    if (limit < 1 || limit > MAX_INNER) throw wrong(`limit: must be 1 to ${MAX_INNER}`);
    const loader = made.get(limit) ?? make(limit);
    made.set(limit, loader);
    return loader;
  };
}

/** A page, its arguments checked by the schema of the REST query. */
async function listed<Q extends PageRequest, T>(
  args: Args,
  schema: z.ZodType<Q>,
  read: (query: Q) => Promise<RowPage<T>>,
  node: (row: T) => Json,
): Promise<Json> {
  const given = Object.entries(args).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, String(value)]],
  );
  const query = schema.safeParse(Object.fromEntries(given));
  if (!query.success)
    throw wrong(
      fieldErrors(query.error)
        .map(({ path, message }) => `${path}: ${message}`)
        .join("; "),
    );
  try {
    const { items, nextCursor } = await read(query.data);
    return { items: items.map(node), next_cursor: nextCursor };
  } catch (error) {
    throw error instanceof RangeError
      ? wrong("cursor: is not one that this server gave out; start again without it")
      : error;
  }
}
