import { createHash } from "node:crypto";
import { type Emulator, json, NO_SETTINGS, NOT_FOUND, textField } from "../emulator.ts";

const shortHash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** A workflow that takes adaptive cards and nothing else, as Power Automate's template does. */
export const teams: Emulator = {
  name: "teams",
  ...NO_SETTINGS,
  refusals: { throttled: json({ error: { code: "TooManyRequests", message: "slow" } }, 429) },
  answer({ path, json: body }) {
    const cards = member(body, "attachments");
    const [card] = Array.isArray(cards) ? cards : [];
    if (
      textField(body, "type") !== "message" ||
      textField(card, "contentType") !== "application/vnd.microsoft.card.adaptive" ||
      textField(member(card, "content"), "type") !== "AdaptiveCard"
    )
      return json({ error: { code: "TriggerInputSchemaMismatch", message: "no card" } }, 400);
    return {
      status: 202,
      body: "",
      receipt: { idempotencyKey: null, target: path, message: body },
    };
  },
};

export const pagerduty: Emulator = {
  name: "pagerduty",
  ...NO_SETTINGS,
  refusals: { throttled: json({ status: "throttle exceeded", message: "slow", errors: [] }, 429) },
  answer({ path, json: body }) {
    if (path !== "/v2/enqueue") return NOT_FOUND;
    const payload = member(body, "payload");
    const missing = [
      ...["routing_key", "event_action", "dedup_key"].filter((name) => !textField(body, name)),
      ...["summary", "source", "severity"].filter((name) => !textField(payload, name)),
    ];
    if (missing.length > 0 || (textField(payload, "summary")?.length ?? 0) > 1_024)
      return json(
        {
          status: "invalid event",
          message: "Event object is invalid",
          errors: missing.map((name) => `'${name}' is missing or blank`),
        },
        400,
      );
    const dedupKey = textField(body, "dedup_key") ?? "";
    return {
      ...json({ status: "success", message: "Event processed", dedup_key: dedupKey }, 202),
      receipt: { idempotencyKey: null, target: dedupKey, message: body },
    };
  },
};

export const ntfy: Emulator = {
  name: "ntfy",
  ...NO_SETTINGS,
  refusals: {
    throttled: json(
      { code: 42901, http: 429, error: "limit reached: too many requests, please be nice" },
      429,
    ),
    quota: json({ code: 42908, http: 429, error: "limit reached: daily message quota" }, 429),
  },
  answer({ path, json: body, text: raw, now }) {
    const topic = textField(body, "topic");
    if ((path !== "/" && path !== "") || !/^[-_A-Za-z0-9]{1,64}$/.test(topic ?? ""))
      return json({ code: 40009, http: 400, error: "invalid request: topic invalid" }, 400);
    if (Buffer.byteLength(textField(body, "message") ?? "") > 4_096)
      return json({ code: 41303, http: 413, error: "JSON body too large" }, 413);
    const idempotencyKey = textField(body, "sequence_id") ?? null;
    const reply = {
      id: shortHash(idempotencyKey ?? raw).slice(0, 12),
      time: Math.floor(now / 1000),
      event: "message",
      topic,
    };
    return { ...json(reply), receipt: { idempotencyKey, target: topic ?? "", message: body } };
  },
};

const MATRIX_SEND = /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/m\.room\.message\/([^/]+)$/;

export const matrix: Emulator = {
  name: "matrix",
  ...NO_SETTINGS,
  refusals: {
    throttled: json({ errcode: "M_LIMIT_EXCEEDED", error: "slow", retry_after_ms: 500 }, 429),
  },
  answer({ method, path, headers, json: body }) {
    const [, room, transaction] = MATRIX_SEND.exec(path) ?? [];
    if (method !== "PUT" || room === undefined || transaction === undefined)
      return json({ errcode: "M_UNRECOGNIZED", error: "Unrecognized request" }, 404);
    if (!headers.authorization?.startsWith("Bearer "))
      return json({ errcode: "M_MISSING_TOKEN", error: "Missing access token" }, 401);
    if (!textField(body, "msgtype") || !textField(body, "body"))
      return json({ errcode: "M_BAD_JSON", error: "no message" }, 400);
    return {
      ...json({ event_id: `$${shortHash(transaction)}` }),
      receipt: { idempotencyKey: transaction, target: decodeURIComponent(room), message: body },
    };
  },
};
