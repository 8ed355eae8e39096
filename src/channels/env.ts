import * as z from "zod";

const list = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""));
const publicHost = (url: string): string[] =>
  url.startsWith("https://") && URL.canParse(url) ? [new URL(url).hostname] : [];
const base = (url: string) => z.url().default(url);

const Given = z.object({
  TELEGRAM_BOT_TOKEN: z.string().default(""),
  TELEGRAM_BASE_URL: base("https://api.telegram.org"),
  RESEND_API_KEY: z.string().default(""),
  RESEND_BASE_URL: base("https://api.resend.com"),
  POSTMARK_TOKEN: z.string().default(""),
  POSTMARK_BASE_URL: base("https://api.postmarkapp.com"),
  /** Sender of mails when a channel names none: "Signals <signals@example.org>". */
  MAIL_FROM: z.string().default(""),
  /**
   * Address of this deployment, for links into its pages; without it messages carry no such links.
   */
  PUBLIC_URL: z.string().default(""),
  /**
   * host:port pairs that may be reached over http and by address: the local emulators, nothing
   * else.
   */
  EGRESS_ALLOW: list,
  /**
   * Further hosts of this deployment, beside that of PUBLIC_URL: a hook that points at ourselves
   * would loop.
   */
  OWN_HOSTS: list,
});

/**
 * What every channel of a deployment shares: base URLs, the bot's token, mail keys, and where
 * outside calls may go.
 */
export const ChannelEnv = Given.transform((given) => ({
  ...given,
  OWN_HOSTS: [...given.OWN_HOSTS, ...publicHost(given.PUBLIC_URL)],
}));
export type ChannelEnv = z.infer<typeof ChannelEnv>;
