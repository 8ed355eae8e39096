import { offerPosts } from "../../src/intake/accept.ts";
import type { JetstreamPorts } from "../../src/sources/jetstream/connection.ts";
import type { Bindings } from "../env.ts";
import { openStream } from "../platform/websocket.ts";
import { isolateOf } from "./isolate.ts";
import { acceptPorts, type ComposedPorts, type DeferWork, metricsFlusher } from "./shared.ts";

/** Null while the source is off. The object adds the memory that outlives it. */
export function composeJetstream(
  env: Bindings,
  defer: DeferWork,
): ComposedPorts<Omit<JetstreamPorts, "memory">> | null {
  const isolate = isolateOf(env);
  const state = isolate.settings.sources.get("jetstream");
  if (state?.kind !== "on" || state.stream === undefined) return null;
  const { stream } = state;
  const ports: Omit<JetstreamPorts, "memory"> = {
    now: isolate.now,
    interest: stream.interest,
    open: (cursor, listener) =>
      openStream(stream.url(cursor), listener, (url, init) => fetch(url, init)),
    leftOut: (reason) =>
      isolate.telemetry.count("items_left_out_total", { source: "jetstream", reason }),
    ingest: (posts) => offerPosts(posts, acceptPorts(env, isolate, defer)),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
