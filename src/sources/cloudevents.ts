import * as z from "zod";
import { decodedBody } from "../http/body-encoding.ts";
import { tryBase64 } from "../kit/base64.ts";
import { parseJson } from "../kit/parse-json.ts";
import { MAX_TRACEPARENT, parseTracestate } from "../kit/trace-context.ts";
import { boundedId } from "./_shared/post-input.ts";
import {
  fieldProblems,
  type PushErrors,
  type PushItem,
  pushedJson,
  pushReading,
  receivedPosts,
  refusePush,
} from "./_shared/pushed.ts";
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

const JSON_TYPE = /^application\/([\w.+-]+\+)?json\s*(;|$)|^text\/json\s*(;|$)/i;
const TEXT_TYPE = /^text\/(plain|markdown)\s*(;|$)/i;

/** An attribute that is null is unset, as the JSON format says. */
const withoutNulls = (event: unknown): unknown =>
  typeof event === "object" && event !== null && !Array.isArray(event)
    ? Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null))
    : event;

function binaryEvent({ headers, text }: PushRequest): unknown {
  const attributes = [...headers].flatMap(([name, value]) =>
    name.startsWith("ce-") ? [[name.slice(3), headerText(value)]] : [],
  );
  const type = headers.get("content-type");
  const read = type === undefined || JSON_TYPE.test(type) ? parseJson(text) : undefined;
  return {
    ...Object.fromEntries(attributes),
    ...(type !== undefined && { datacontenttype: type }),
    ...(text !== "" && { data: read?.kind === "json" ? read.value : text }),
    ...(type !== undefined && read?.kind === "malformed" && { malformed: read.message }),
  };
}

type EventData = { data: unknown } | PushErrors;
const wrong = (path: string, message: string): PushErrors => ({ errors: [{ path, message }] });

/** The data of an event, by its content type: JSON unless it says otherwise. */
function dataOf({ data, data_base64: base64, datacontenttype, malformed }: CloudEvent): EventData {
  const type = datacontenttype ?? "application/json";
  const isText = TEXT_TYPE.test(type);
  if (!isText && !JSON_TYPE.test(type))
    return wrong("datacontenttype", `is ${type.slice(0, 80)}; send application/json or text/plain`);
  if (typeof malformed === "string") return wrong("data", `is ${malformed}`);
  if (base64 === undefined)
    return isText && data !== undefined && typeof data !== "string"
      ? wrong("data", `is no text, although datacontenttype is ${type.slice(0, 80)}`)
      : { data };
  const bytes = tryBase64(base64);
  if (bytes === null) return wrong("data_base64", "is no base64");
  const text = decodedBody(bytes, type);
  if (isText) return { data: text };
  const read = parseJson(text);
  if (read.kind === "json") return { data: read.value };
  return datacontenttype === undefined
    ? { data: text }
    : wrong("data_base64", `is ${read.message}`);
}

/**
 * The post that an event carries: its data in the wire form of a post, or plain text. What the data
 * leaves out comes from the event. The id is made of the event's source and id, which together name
 * it once.
 */
function postOf(given: unknown, now: number): PushItem | PushErrors {
  const read = CloudEvent.safeParse(withoutNulls(given));
  if (!read.success) return { errors: fieldProblems(read.error) };
  const event = read.data;
  const found = dataOf(event);
  if ("errors" in found) return found;
  const fields =
    typeof found.data === "string"
      ? { text: found.data }
      : (z.record(z.string(), z.unknown()).safeParse(found.data).data ?? {});
  return {
    fields: {
      author: event.source.slice(0, 200),
      posted_at: event.time ?? new Date(now).toISOString(),
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
      source: "cloudevents",
      id: boundedId(`${event.source}#${event.id}`),
    },
    ...traceOf(event),
  };
}

/** The extension Distributed Tracing: an event that names its trace is continued in it. */
function traceOf({ traceparent, tracestate }: CloudEvent): Pick<PushItem, "trace"> {
  if (typeof traceparent !== "string") return {};
  const state = typeof tracestate === "string" ? parseTracestate(tracestate) : undefined;
  return {
    trace: {
      traceFrom: traceparent.slice(0, MAX_TRACEPARENT),
      ...(state !== undefined && { traceState: state }),
    },
  };
}

const read = (events: unknown[], form: "one" | "list", now: number): ReceiveResult =>
  receivedPosts(
    events.map((event) => postOf(event, now)),
    form,
    now,
  );

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
    const bytes = new Uint8Array(new TextEncoder().encode(text));
    return pushReading(await receiveEvents({ headers, bytes, text, now }));
  },
  receive: (_, request) => receiveEvents(request),
});

const FORMATS =
  "send application/cloudevents+json, application/cloudevents-batch+json or ce- headers";
const FORMAT = /^application\/cloudevents(-batch)?(?:\+json)?\s*(?:;|$)/;

async function receiveEvents(request: PushRequest): Promise<ReceiveResult> {
  const { headers, text, now } = request;
  const type = headers.get("content-type")?.toLowerCase() ?? "";
  if (!type.startsWith("application/cloudevents")) {
    if (!headers.has("ce-specversion")) return refusePush(415, `no CloudEvent: ${FORMATS}`);
    const isKnown = type === "" || JSON_TYPE.test(type) || TEXT_TYPE.test(type);
    return isKnown
      ? read([binaryEvent(request)], "one", now)
      : refusePush(415, `the data is ${type.slice(0, 80)}: send application/json or text/plain`);
  }
  const format = FORMAT.exec(type);
  if (format === null) return refusePush(415, `${type.slice(0, 80)} is not read: ${FORMATS}`);
  const body = pushedJson(text);
  if (!("value" in body)) return body;
  if (format[1] === undefined) return read([body.value], "one", now);
  return Array.isArray(body.value)
    ? read(body.value, "list", now)
    : refusePush(400, "a batch is a JSON array");
}
