import * as z from "zod";
import type { AnyChannel } from "../channel.ts";
import { isBlank } from "./rich-text.ts";
import { secretNames } from "./secret-names.ts";
import { unknownNames } from "./template.ts";

const Template = z
  .string()
  .max(4_000)
  .superRefine((text, context) => {
    if (isBlank(text))
      context.addIssue({
        code: "custom",
        message: "is blank; leave it out to use the built-in one",
      });
    const unknown = unknownNames(text);
    if (unknown.length > 0)
      context.addIssue({
        code: "custom",
        message: `names nothing we know: {${unknown.join("}, {")}}`,
      });
  });

/** Own wording per state; a state without one uses the built-in template. */
export const TemplatesSetting = z
  .object({
    verified: Template.optional(),
    downgraded: Template.optional(),
    candidate: Template.optional(),
  })
  .default({})
  .transform((given) =>
    Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined)),
  );

/** Replaces a secret in answers; in an update it means "leave the secret as it is". */
export const REDACTED = "********";

const MASKED_URL = /^https?:\/\/[^/]+\/…/;

/** Enough of a hook's address to tell it from others, and not enough to post to it. */
export const maskUrl = (url: string): string =>
  /^https?:/i.test(url) && URL.canParse(url)
    ? `${new URL(url).origin}/…${url.slice(-4)}`
    : REDACTED;

const redacted = (name: string, value: unknown): string =>
  name === "url" && typeof value === "string" ? maskUrl(value) : REDACTED;

const leavesSecret = (value: unknown): boolean =>
  value === REDACTED || (typeof value === "string" && MASKED_URL.test(value));

/** The settings with secrets redacted; of an unknown kind every value is redacted. */
export function redactSecrets(
  kind: AnyChannel | undefined,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  const secret = kind === undefined ? Object.keys(settings) : secretNames(kind);
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      secret.includes(name) ? redacted(name, value) : value,
    ]),
  );
}

/** Merges an update into the stored settings: redacted secrets stay, null removes a setting. */
export function mergeSettings(
  stored: Record<string, unknown>,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const kept = Object.entries({ ...stored, ...given }).map(([name, value]) => [
    name,
    leavesSecret(value) ? stored[name] : value,
  ]);
  return Object.fromEntries(kept.filter(([, value]) => value !== null && value !== undefined));
}
