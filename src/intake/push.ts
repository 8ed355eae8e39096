import { refusedFields } from "../sources/_shared/pushed.ts";
import { SOURCES } from "../sources/registry.ts";
import type { ReceiveResult, SourceSwitch } from "../sources/source.ts";
import { type AcceptPorts, type AcceptResult, acceptPosts } from "./accept.ts";

/**
 * What a source said to a request in its own format. `unsigned`: neither a key of ours nor a
 * signature that the source accepts.
 */
export type PushOutcome =
  | (AcceptResult & Pick<Extract<ReceiveResult, { kind: "posts" }>, "rejected">)
  | { kind: "unknown" }
  | { kind: "unsigned"; detail: string }
  | {
      kind: "unreadable";
      status: 400 | 413 | 415 | 422;
      detail: string;
      errors?: { path: string; message: string }[];
    };

/**
 * A source's own push format (POST /ingest/{source}). A source that proves itself by a signature
 * needs no key; all others do.
 */
export async function receivePush(
  name: string,
  request: Request,
  trusted: boolean,
  { sources, now }: { sources: ReadonlyMap<string, SourceSwitch>; now: () => number },
  ports: AcceptPorts,
): Promise<PushOutcome> {
  const source = SOURCES.find((each) => each.name === name && each.kind === "push");
  if (!source) return { kind: "unknown" };
  const state = sources.get(name);
  if (state?.kind !== "on" || !state.receive) return { kind: "unknown" };
  if (!source.signed && !trusted)
    return { kind: "unsigned", detail: "Send a key with the scope ingest." };
  const headers = new Map(
    [...request.headers].map(([header, value]) => [header.toLowerCase(), value]),
  );
  const bytes = new Uint8Array(await request.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const received = await state.receive({ headers, bytes, text, now: now() });
  if (received.kind === "refused") {
    const { status, detail, errors } = received;
    if (status === 401) return { kind: "unsigned", detail };
    return { kind: "unreadable", status, detail, ...(errors !== undefined && { errors }) };
  }
  for (const [reason, count] of Object.entries(refusedFields(received)))
    ports.telemetry.count("items_left_out_total", { source: name, reason }, count);
  return { ...(await acceptPosts(received.posts, ports)), rejected: received.rejected };
}
