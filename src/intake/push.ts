import { type PostingRights, refusedName } from "../model/posting-rights.ts";
import { refusedFields } from "../sources/_shared/pushed.ts";
import { reservedNames, SOURCES } from "../sources/registry.ts";
import type { ReceiveResult, SourceSwitch } from "../sources/source.ts";
import { type AcceptPorts, type AcceptResult, acceptPosts } from "./accept.ts";
import { senderTrace } from "./post-traces.ts";

/**
 * What a source said to a request in its own format. `unsigned`: neither a key of ours nor a
 * signature that the source accepts.
 */
export type PushOutcome =
  | (AcceptResult & Pick<Extract<ReceiveResult, { kind: "posts" }>, "rejected">)
  | { kind: "unknown" }
  | { kind: "unsigned"; detail: string }
  /** None of its posts may be sent by this sender. */
  | { kind: "forbidden"; errors: { path: string; message: string }[] }
  | {
      kind: "unreadable";
      status: 400 | 413 | 415 | 422;
      detail: string;
      errors?: { path: string; message: string }[];
    };

/**
 * A source's own push format (POST /ingest/{source}). A source that proves itself by a signature
 * needs no key; all others do. `rights`: of the key that was shown, if any.
 */
export async function receivePush(
  name: string,
  request: Request,
  rights: PostingRights | null,
  { sources, now }: { sources: ReadonlyMap<string, SourceSwitch>; now: () => number },
  ports: AcceptPorts,
): Promise<PushOutcome> {
  const source = SOURCES.find((each) => each.name === name && each.kind === "push");
  if (!source) return { kind: "unknown" };
  const state = sources.get(name);
  if (state?.kind !== "on" || !state.receive) return { kind: "unknown" };
  if (!source.signed && rights === null)
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
  // A signature proves the sender of this source, and no other.
  const allowed = rights ?? { sources: state.postsAs, admin: false };
  const { posts, rejected, forbidden } = permitted(received, allowed, sources);
  for (const [reason, count] of Object.entries(refusedFields({ rejected })))
    ports.telemetry.count("items_left_out_total", { source: name, reason }, count);
  if (posts.length === 0 && forbidden.length > 0)
    return { kind: "forbidden", errors: forbidden.flatMap(({ errors }) => errors) };
  const from = senderTrace(headers, ports.telemetry);
  return { ...(await acceptPosts(posts, ports, from)), rejected };
}

type Received = Extract<ReceiveResult, { kind: "posts" }>;

/** Rejects the posts in names that the sender may not use. Posts stand between the rejected. */
function permitted(
  { posts, rejected }: Received,
  rights: PostingRights,
  sources: ReadonlyMap<string, SourceSwitch>,
): Received & { forbidden: Received["rejected"] } {
  const reserved = reservedNames(sources);
  const unread = new Set(rejected.map(({ index }) => index));
  const places = [...Array(posts.length + rejected.length).keys()].filter((at) => !unread.has(at));
  const forbidden = posts.flatMap(({ source }, at) => {
    const message = refusedName(source, rights, reserved);
    return message === undefined
      ? []
      : [{ index: places[at] ?? at, errors: [{ path: "source", message }] }];
  });
  return {
    kind: "posts",
    posts: posts.filter(({ source }) => refusedName(source, rights, reserved) === undefined),
    rejected: [...rejected, ...forbidden].sort((a, b) => a.index - b.index),
    forbidden,
  };
}
