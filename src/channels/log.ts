import * as z from "zod";
import { ofText } from "./_shared/rich-text.ts";
import { noticeHeadline, noticeReason, signalHeadline } from "./_shared/template.ts";
import { channel } from "./channel.ts";

export const log = channel({
  kind: "log",
  title: "Log",
  docs: [
    "Writes one log record for each notification. Needs nothing; good for a first look, and as a",
    "record beside other channels.",
  ].join(" "),
  settings: z.object({}),
  policy: "log",
  sendMs: 0,
  digests: ofText(Number.POSITIVE_INFINITY),
  threads: false,
  missing: () => null,
  refuse: () => null,
  example: {},
  limits: () => [],
  render: (notifications) => ({
    text: signalHeadline(notifications),
    keys: notifications.map(({ eventKey }) => eventKey),
  }),
  renderNotice: (notice) => ({
    text: `${noticeHeadline(notice)}: ${noticeReason(notice)}`,
    keys: [],
  }),
  send: async ({ text, keys }, _settings, ports) => {
    const started = ports.now();
    ports.log({ eventKey: keys.join(" "), text });
    const verdict = { kind: "ok", reason: "written" } as const;
    return {
      verdict,
      externalId: null,
      ambiguous: false,
      httpStatus: null,
      ms: ports.now() - started,
    };
  },
});
