import type { PushResult } from "../api/ports.ts";
import { SOURCES } from "../sources/registry.ts";
import { type AcceptPorts, acceptPosts } from "./accept.ts";

/**
 * A source's own push format (POST /ingest/{source}). A source that proves itself by a signature
 * needs no key; all others do.
 */
export async function receivePush(
  name: string,
  request: Request,
  trusted: boolean,
  { variables, now }: { variables: Record<string, string>; now: () => number },
  ports: AcceptPorts,
): Promise<PushResult> {
  const source = SOURCES.find((each) => each.name === name && each.kind === "push");
  if (!source) return { kind: "unknown" };
  const configured = source.configure(variables);
  if (configured.kind === "off" || !configured.receive) return { kind: "unknown" };
  if (!source.signed && !trusted)
    return { kind: "unsigned", detail: "Send a key with the scope ingest." };
  const headers = new Map(
    [...request.headers].map(([header, value]) => [header.toLowerCase(), value]),
  );
  const received = await configured.receive({ headers, text: await request.text(), now: now() });
  if (received.kind === "refused") {
    const { status, detail } = received;
    return status === 401 ? { kind: "unsigned", detail } : { kind: "unreadable", status, detail };
  }
  return { ...(await acceptPosts(received.posts, ports)), rejected: received.rejected };
}
