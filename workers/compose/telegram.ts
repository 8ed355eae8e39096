import type { TelegramRoutePorts } from "../../src/api/routes/telegram.ts";
import { channelKind } from "../../src/channels/registry.ts";
import type { TelegramMessage } from "../../src/channels/telegram.ts";
import { outsideCall } from "../../src/http/request.ts";
import { explainStored } from "../../src/rules/explain.ts";
import type { SharedIsolate } from "./isolate.ts";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 65_536;
const MOST_LINES = 15;

/** What answers the buttons of Telegram messages. */
export function telegramPorts(isolate: SharedIsolate): TelegramRoutePorts {
  const { settings, store, rules, now, called } = isolate;
  const { TELEGRAM_WEBHOOK_SECRET, TELEGRAM_BASE_URL, TELEGRAM_BOT_TOKEN } = settings.channels;
  return {
    secret: TELEGRAM_WEBHOOK_SECRET,
    store,
    async call(method, body) {
      await outsideCall(
        {
          provider: "telegram",
          method: "POST",
          url: `${TELEGRAM_BASE_URL}/bot${TELEGRAM_BOT_TOKEN}/${method}`,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
          ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, overflow: "cut" as const },
        },
        { fetch: (url, init) => fetch(url, init), now, telemetry: called },
      );
    },
    render({ kind, settings: own }, notification) {
      const opening = channelKind(kind)?.open(own, settings.channels);
      return opening?.kind === "open"
        ? (opening.channel.render([notification]) as TelegramMessage)
        : null;
    },
    async explain(eventKey) {
      const signal = await store.signal(eventKey);
      const scoredBy = signal && (await rules.version(signal.rulesVersion));
      if (!signal || !scoredBy) return [];
      const matched = explainStored(scoredBy, signal).rules.filter(
        ({ outcome, stage }) => outcome === "matched" && stage === "live",
      );
      return matched
        .slice(0, MOST_LINES)
        .map(
          ({ score, reason, condition }) =>
            `${score > 0 ? "+" : ""}${score} ${reason} (${condition})`,
        );
    },
    now,
  };
}
