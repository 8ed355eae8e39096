import type { AnyChannel } from "./channel.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { log } from "./log.ts";
import { matrix } from "./matrix.ts";
import { ntfy } from "./ntfy.ts";
import { pagerduty } from "./pagerduty.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

/** Every channel there is. A new one is a file in this folder and a line here. */
export const CHANNELS: readonly AnyChannel[] = [
  ...[telegram, webhook, discord, slack, email],
  ...[teams, pagerduty, ntfy, matrix, log],
];

export const channelKind = (kind: string): AnyChannel | undefined =>
  CHANNELS.find((known) => known.kind === kind);
