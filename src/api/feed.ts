import { Hono } from "hono";
import type { Signal } from "../model/signal.ts";
import type { ApiEnv } from "./access.ts";
import type { ApiPorts } from "./ports.ts";
import { problem } from "./problem.ts";
import { asFilter, ListQuery, readPaging, readQuery } from "./query.ts";
import { readReply } from "./reply.ts";

const noEvent = (eventKey: string) =>
  problem(404, `There is no event ${JSON.stringify(eventKey.slice(0, 300))}.`);

/** GET /events, /signals, /posts: what came of what came in. */
export function feedRoutes(ports: Pick<ApiPorts, "store" | "explain">): Hono<ApiEnv> {
  const { store } = ports;
  const app = new Hono<ApiEnv>();

  app.get("/events", async (c) => {
    const read = readQuery(c.req.url, ListQuery);
    if (read.kind === "refused") return read.response;
    const page = await readPaging(read.query, (paging) =>
      store.events(asFilter(read.query), paging),
    );
    return page instanceof Response
      ? page
      : readReply(c, { events: page.items, nextCursor: page.nextCursor });
  });

  app.get("/events/:eventKey", async (c) => {
    const found = await store.event(c.req.param("eventKey"));
    if (found === undefined) return noEvent(c.req.param("eventKey"));
    return readReply(c, {
      ...found.event,
      signal: signalOnWire(found.signal),
      evidence: found.evidence,
    });
  });

  app.get("/signals", async (c) => {
    const read = readQuery(c.req.url, ListQuery);
    if (read.kind === "refused") return read.response;
    const page = await readPaging(read.query, (paging) =>
      store.signals(asFilter(read.query), paging),
    );
    if (page instanceof Response) return page;
    return readReply(c, { signals: page.items.map(signalOnWire), nextCursor: page.nextCursor });
  });

  app.get("/signals/:eventKey", async (c) => {
    const signal = await store.signal(c.req.param("eventKey"));
    return signal === undefined
      ? noEvent(c.req.param("eventKey"))
      : readReply(c, signalOnWire(signal));
  });

  app.get("/signals/:eventKey/explain", async (c) => {
    const signal = await store.signal(c.req.param("eventKey"));
    return signal === undefined
      ? noEvent(c.req.param("eventKey"))
      : readReply(c, await ports.explain(signal));
  });

  app.get("/posts/:source/:id", async (c) => {
    const { source, id } = c.req.param();
    const history = await store.post(source, id);
    return history === undefined
      ? problem(404, `No post ${source.slice(0, 60)}:${id.slice(0, 200)} came in.`)
      : readReply(c, history);
  });

  return app;
}

/**
 * The seed calls the stored facts `features_snapshot`; type, chain and symbol are among them and
 * repeated on top for filtering by eye.
 */
export function signalOnWire({ facts, ...signal }: Signal): Record<string, unknown> {
  const { type = null, chain = null, symbol = null } = facts.values;
  return { ...signal, type, chain, symbol, featuresSnapshot: facts };
}
