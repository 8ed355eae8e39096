import * as z from "zod";
import { tryBase64 } from "../kit/base64.ts";
import { jsonOf } from "./_shared/json.ts";
import { boundedId } from "./_shared/post-input.ts";
import { pushReading, receivedPosts, refusePush } from "./_shared/pushed.ts";
import { type PushRequest, type ReceiveResult, source } from "./source.ts";

const CloudEvent = z.looseObject({
  id: z.string().min(1),
  source: z.string().min(1),
  specversion: z.literal("1.0"),
  type: z.string().min(1),
  subject: z.string().optional(),
  time: z.string().optional(),
  datacontenttype: z.string().optional(),
  data: z.unknown().optional(),
  data_base64: z.string().optional(),
});
type CloudEvent = z.infer<typeof CloudEvent>;

/** Header values are percent-encoded UTF-8, one round; some senders quote them. */
function headerText(value: string): string {
  const bare = value.replace(/^"(.*)"$/, "$1");
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

function binaryEvent({ headers, text }: PushRequest): unknown {
  const attributes = [...headers].flatMap(([name, value]) =>
    name.startsWith("ce-") ? [[name.slice(3), headerText(value)]] : [],
  );
  return {
    ...Object.fromEntries(attributes),
    datacontenttype: headers.get("content-type"),
    data: jsonOf(text) ?? text,
  };
}

function decodedText(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined ? null : tryBase64(base64);
  return bytes === null ? undefined : new TextDecoder().decode(bytes);
}

/**
 * The post that an event carries: its data in the wire form of a post, or plain text. What the data
 * leaves out comes from the event. The id is made of the event's source and id, which together name
 * it once.
 */
function postOf(event: CloudEvent, now: number): unknown {
  const decoded = decodedText(event.data_base64);
  const data = decoded === undefined ? event.data : (jsonOf(decoded) ?? decoded);
  const fields =
    typeof data === "string"
      ? { text: data }
      : (z.record(z.string(), z.unknown()).safeParse(data).data ?? {});
  return {
    author: event.source.slice(0, 200),
    posted_at: event.time ?? new Date(now).toISOString(),
    ...fields,
    source: "cloudevents",
    id: boundedId(`${event.source}#${event.id}`),
  };
}

/** A missing or wrong attribute is reported by its name, in place of the post's errors. */
function read(events: unknown[], now: number): ReceiveResult {
  const parsed = events.map((event) => CloudEvent.safeParse(event));
  const received = receivedPosts(
    parsed.map((event) => (event.success ? postOf(event.data, now) : {})),
    now,
  );
  if (received.kind === "refused") return received;
  const rejected = received.rejected.map((each) => {
    const error = parsed[each.index]?.error;
    return error === undefined
      ? each
      : {
          index: each.index,
          errors: error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
        };
  });
  return { ...received, rejected };
}

export const cloudevents = source({
  name: "cloudevents",
  title: "CloudEvents",
  kind: "push",
  docs: [
    "POST /ingest/cloudevents in structured, binary or batch mode, with an API key of scope",
    "ingest. The event's data is a post.",
  ].join(" "),
  settings: z.object({}),
  async readAnswer(_, { text, json, contentType, now }) {
    const usual = `application/cloudevents${Array.isArray(json) ? "-batch" : ""}+json`;
    const headers = new Map([["content-type", contentType ?? usual]]);
    return pushReading(await receiveEvents({ headers, text, now }));
  },
  receive: (_, request) => receiveEvents(request),
});

async function receiveEvents(request: PushRequest): Promise<ReceiveResult> {
  const type = request.headers.get("content-type")?.toLowerCase() ?? "";
  if (!type.startsWith("application/cloudevents") && request.headers.has("ce-specversion")) {
    return read([binaryEvent(request)], request.now);
  }
  if (!type.startsWith("application/cloudevents"))
    return refusePush(
      415,
      "no CloudEvent: send application/cloudevents+json, application/cloudevents-batch+json or ce- headers",
    );
  const body = jsonOf(request.text);
  if (body === undefined) return refusePush(400, "the body is not JSON");
  if (!type.startsWith("application/cloudevents-batch")) return read([body], request.now);
  return Array.isArray(body) ? read(body, request.now) : refusePush(400, "a batch is a JSON array");
}
