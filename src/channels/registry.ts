import type { AnyChannel } from "./channel.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { log } from "./log.ts";
import { matrix } from "./matrix.ts";
import { ntfy } from "./ntfy.ts";
import { pagerduty } from "./pagerduty.ts";
import { clickhouse } from "./sinks/clickhouse.ts";
import { kafka } from "./sinks/kafka.ts";
import { ndjson } from "./sinks/ndjson.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

/** Every channel there is. A new one is a file in this folder and a line here. */
export const CHANNELS: readonly AnyChannel[] = [
  ...[telegram, webhook, discord, slack, email],
  ...[teams, pagerduty, ntfy, matrix, log],
  ...[clickhouse, kafka, ndjson],
];

export const channelKind = (kind: string): AnyChannel | undefined =>
  CHANNELS.find((known) => known.kind === kind);

/** Whether channels of the kind get every revision of an event, not its transitions alone. */
export const isStreamKind = (kind: string): boolean => channelKind(kind)?.stream !== undefined;
