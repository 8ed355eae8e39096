import * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";
import { parseJson } from "../../kit/parse-json.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { answerUpdate, type TelegramPorts } from "../../telegram/answer.ts";
import { personName, TelegramUpdate } from "../../telegram/update.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";
import { EXAMPLE_UPDATE } from "./examples.ts";

export type TelegramRoutePorts = Omit<TelegramPorts, "change"> & {
  /** What Telegram sends with each update; empty: answers are not taken. */
  secret: string;
  now: Clock;
};

const HEADER = "X-Telegram-Bot-Api-Secret-Token";

/** Where Telegram posts what people press and write (stream telegram webhook). */
export const telegramRoutes = ({
  telegram: ports,
}: {
  telegram: TelegramRoutePorts;
}): ApiRoute[] => [
  route({
    method: "POST",
    path: "/telegram/webhook",
    access: "open",
    tag: "delivery",
    operationId: "answerTelegram",
    effect: "person",
    summary:
      "Answers the buttons of Telegram messages: an update, with the secret of setWebhook in " +
      "X-Telegram-Bot-Api-Secret-Token.",
    bodyType: "application/json",
    body: z.string(),
    maxBytes: 200_000,
    answer: z.object({ answer: z.enum(["done", "repeated", "refused", "ignored"]) }),
    status: 200,
    example: { body: EXAMPLE_UPDATE, headers: { [HEADER]: "0123456789abcdef" } },
    async handle({ text, change, context }) {
      if (ports.secret === "") return problem(404, "TELEGRAM_WEBHOOK_SECRET is not set.");
      const given = context.req.header(HEADER) ?? "";
      // Of digests: their comparison tells nothing about the secret.
      if (sha256Hex(given) !== sha256Hex(ports.secret))
        return problem(401, `${HEADER} is not the secret of this webhook.`);
      const parsed = parseJson(text);
      const update = TelegramUpdate.safeParse(parsed.kind === "json" ? parsed.value : undefined);
      if (!update.success) return problem(422, "This is no update of the Bot API.");
      const answer = await answerUpdate(update.data, {
        ...ports,
        change: (who, subject, after) => ({
          ...change({ at: iso(ports.now()), subject, after }),
          keyId: `telegram:${who.id}`,
          keyName: personName(who),
          requestId: `telegram:${update.data.update_id}`,
        }),
      });
      return { answer };
    },
  }),
];
