/** Why a deployment does not go on, with what to do. The message is for the person who deploys. */
export class Refusal extends Error {
  override name = "Refusal";
}

const dashboard = (account: string, page: string) =>
  `https://dash.cloudflare.com/${account}/workers/${page}`;

/**
 * What to do about an error of Cloudflare's API or of wrangler, by the code that both print.
 * Undefined where the code says nothing to us.
 */
export function adviceFor(code: number, account: string): string | undefined {
  const advice: Record<number, string> = {
    1000: "the API token is not valid: make a new one, or run `npx wrangler login`",
    10000:
      "the token may not do this: it needs the permissions Workers Scripts, Workers KV Storage " +
      "and Queues (edit) and Account Settings (read)",
    9109: "the token does not reach this account: check CLOUDFLARE_ACCOUNT_ID",
    10027: "the Worker is too large for the plan",
    10058: "too many settings for the plan: leave those at their defaults out of the file",
    10063: `choose a name under workers.dev: ${dashboard(account, "onboarding")}`,
    10089: `switch Analytics Engine on: ${dashboard(account, "analytics-engine")}`,
    10203: "there is no such version: `npm run deploy -- status` lists them",
    10211:
      "this release brings a migration of Durable Objects, which cannot share requests with the " +
      "version before: deploy it without --percent",
    10215: "the latest version is not live: end the rollout with `npm run deploy -- rollout`",
    11002: `switch Queues on: ${dashboard(account, "queues")}`,
    11004: "another Worker consumes the queue: give this one another name in wrangler.toml",
    11010: "the account has as many queues as it may: delete some",
    100129: `Queues need the Workers Paid plan: ${dashboard(account, "plans")}`,
    100328:
      `the free plan takes no limit of CPU: remove [limits] from wrangler.toml, or change the ` +
      `plan: ${dashboard(account, "plans")}`,
  };
  return advice[code];
}

/** The code at the end of what wrangler printed, `[code: 10089]`. */
export function printedCode(printed: string): number | undefined {
  const found = /\[code: ?(\d+)\]/.exec(printed)?.[1];
  return found === undefined ? undefined : Number(found);
}
