import { offerPosts } from "../../src/intake/accept.ts";
import type { JetstreamPorts } from "../../src/sources/jetstream/connection.ts";
import { interestIn, streamSettings, subscribeUrl } from "../../src/sources/jetstream/index.ts";
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
  const settings = streamSettings(isolate.variables);
  if (settings === null) return null;
  const ports: Omit<JetstreamPorts, "memory"> = {
    now: isolate.now,
    interest: interestIn(settings.JETSTREAM_WORDS),
    open: (cursor, listener) =>
      openStream(subscribeUrl(settings, cursor), listener, (url, init) => fetch(url, init)),
    ingest: (posts) => offerPosts(posts, acceptPorts(env, isolate)),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
