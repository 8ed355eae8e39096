import * as z from "zod";

/** Whose everything was before there were tenants: that of the operators. */
export const DEFAULT_TENANT = "default";

/** A name stands in addresses and on a command line. */
export const TenantName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1 to 40 small letters, digits and -, a letter first");

/** Copies from before there were tenants name none. */
export const isDefaultTenant = ({ tenant }: { tenant?: string | undefined }): boolean =>
  (tenant ?? DEFAULT_TENANT) === DEFAULT_TENANT;

const most = (number: number) => z.number().int().min(0).max(number).optional();

/**
 * What a tenant may use; what is left out has no limit, but for posts, of which a tenant may then
 * send none. A day is one of UTC.
 */
export const TenantQuota = z.object({
  requestsPerMinute: z.number().int().min(1).max(1_000_000).optional(),
  postsPerDay: most(100_000_000),
  notificationsPerDay: most(100_000_000),
  channels: most(10_000),
  keys: most(10_000),
  /** Of the live stream, at a time. */
  listeners: most(1_000),
});
export type TenantQuota = z.infer<typeof TenantQuota>;
export type QuotaName = keyof TenantQuota;
export const QUOTA_NAMES = Object.keys(TenantQuota.shape) as QuotaName[];

/** A change of quotas; null takes a limit away. */
export type QuotaPatch = { [Name in QuotaName]?: number | null };

/** What a tenant has used of a day, and has now. */
export type TenantUsage = { posts: number; notifications: number; channels: number; keys: number };

/** The source under which a tenant's posts stand: nobody speaks in the name of another. */
export const sourceOfTenant = (tenant: string, source: string): string =>
  tenant === DEFAULT_TENANT ? source : `${tenant}.${source}`;
