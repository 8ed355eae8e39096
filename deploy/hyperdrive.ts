import type { Account } from "./account.ts";
import { ApiRefusal } from "./api.ts";
import type { DatabaseLogins } from "./database.ts";
import type { Output } from "./output.ts";

type HyperdriveConfig = {
  name: string;
  origin: { host?: string; user?: string };
  caching?: { disabled?: boolean };
};

/**
 * Whether statements may go through a Hyperdrive configuration: it keeps no answers, since the
 * Worker reads what it has just written, and its login is the Worker's.
 */
export async function checkHyperdrive(
  { api, id }: Account,
  configId: string,
  { app, derived }: DatabaseLogins,
  found: Output,
): Promise<void> {
  const config = await api
    .call<HyperdriveConfig>("GET", `/accounts/${id}/hyperdrive/configs/${configId}`)
    .catch((error: unknown) => {
      if (error instanceof ApiRefusal && error.code !== 10000) return undefined;
      throw error;
    });
  if (config === undefined)
    return found.bad(
      `HYPERDRIVE_ID: there is no configuration ${configId} in this account: ` +
        "`npx wrangler hyperdrive list` names them",
    );
  const { username } = new URL(app);
  const update = `npx wrangler hyperdrive update ${configId}`;
  if (config.caching?.disabled !== true)
    found.bad(
      `Hyperdrive ${config.name} keeps answers for a minute, and the Worker has to read what it ` +
        `wrote: \`${update} --caching-disabled\``,
    );
  if (derived)
    found.bad(
      "Hyperdrive needs a login whose password stands somewhere: make a member of app_rw, name " +
        "it in DATABASE_URL and the owner in MIGRATIONS_DATABASE_URL (docs/deploy.md)",
    );
  else if (config.origin.user !== username)
    found.bad(
      `Hyperdrive ${config.name} logs in as ${config.origin.user}, and DATABASE_URL as ` +
        `${username}: \`${update} --connection-string\` with that of DATABASE_URL`,
    );
  found.good(`Hyperdrive ${config.name}, before ${config.origin.host ?? "its database"}`);
}
