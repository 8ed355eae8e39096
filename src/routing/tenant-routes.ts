import { type ChannelConfig, tenantsOf } from "../model/channel-config.ts";
import { DEFAULT_TENANT } from "../model/tenant.ts";
import { NO_TENANT_ROUTES, type Routes, type TenantRoutes } from "./routes.ts";

/** The routes of the other tenants that have channels; asks nothing where none has. */
export async function routesOfTenants(
  channels: readonly ChannelConfig[],
  routes: (tenant: string) => Promise<Routes | null>,
): Promise<TenantRoutes> {
  const others = tenantsOf(channels).filter((name) => name !== DEFAULT_TENANT);
  if (others.length === 0) return NO_TENANT_ROUTES;
  const found = await Promise.all(others.map(async (name) => [name, await routes(name)] as const));
  return new Map(found.flatMap(([name, own]) => (own === null ? [] : [[name, own]])));
}
