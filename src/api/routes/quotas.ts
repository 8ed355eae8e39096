import * as z from "zod";
import { camelCased, snakeCase } from "../../kit/case.ts";
import { type Clock, iso, nextUtcDay, utcDay } from "../../kit/time.ts";
import {
  DEFAULT_TENANT,
  QUOTA_NAMES,
  type QuotaName,
  type QuotaPatch,
  TenantQuota,
} from "../../model/tenant.ts";
import type { QuotaStore, TenantUse } from "../../store/quotas.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type QuotaPorts = {
  tenants: Pick<QuotaStore, "setQuota" | "tenantUse">;
  now: Clock;
};

/**
 * `limit` null: none. `used` null: it is not counted, or there is no limit of it. `resetsAt` null:
 * it does not begin anew by itself.
 */
const QuotaShown = z.object({
  name: z.string(),
  limit: z.number().int().nullable(),
  used: z.number().int().nullable(),
  resetsAt: z.string().nullable(),
});
const QuotasShown = z.object({ tenant: z.string(), quotas: z.array(QuotaShown) });

/** The quotas by their names on the wire; null takes a limit away. */
const QuotaInput = z
  .strictObject(
    Object.fromEntries(
      QUOTA_NAMES.map((name) => [
        snakeCase(name),
        TenantQuota.shape[name].unwrap().nullable().optional(),
      ]),
    ),
  )
  .refine((given) => Object.keys(given).length > 0, "names no quota");

/** What a tenant may use, and has used. The operators set it. */
export const quotaRoutes = ({ tenants, now }: QuotaPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/quota",
    access: "read",
    tenants: "own",
    tag: "operations",
    operationId: "getQuota",
    summary: "What your tenant may use, and has used. The operators' own has no quotas.",
    answer: QuotasShown,
    status: 200,
    async handle({ tenant }) {
      if (tenant === DEFAULT_TENANT) return { tenant, quotas: QUOTA_NAMES.map(unlimited) };
      const use = await tenants.tenantUse(tenant, utcDay(now()));
      return use ? { tenant, quotas: quotasOf(use, now()) } : unknownTenant(tenant);
    },
  }),
  route({
    method: "GET",
    path: "/tenants/:name",
    access: "admin",
    tag: "operations",
    operationId: "getTenant",
    summary: "A tenant with its quotas, and what it has used of them.",
    params: z.object({ name: z.string() }),
    answer: QuotasShown.extend({ createdAt: z.string() }),
    status: 200,
    example: { params: { name: "beta" } },
    async handle({ params: { name } }) {
      const use = await tenants.tenantUse(name, utcDay(now()));
      return use
        ? { tenant: name, createdAt: use.createdAt, quotas: quotasOf(use, now()) }
        : unknownTenant(name);
    },
  }),
  route({
    method: "PATCH",
    path: "/tenants/:name/quota",
    access: "admin",
    tag: "operations",
    operationId: "setQuota",
    summary: "Sets quotas of a tenant; null takes a limit away, and those not named stay.",
    params: z.object({ name: z.string() }),
    body: QuotaInput,
    maxBytes: 1_000,
    refusal: "The quotas cannot be set like this.",
    answer: QuotasShown,
    status: 200,
    example: { params: { name: "beta" }, body: { channels: 20, notifications_per_day: 1000 } },
    async handle({ params: { name }, body, change }) {
      const at = iso(now());
      const before = (await tenants.tenantUse(name, utcDay(now())))?.quota;
      if (before === undefined) return unknownTenant(name);
      const entry = change({ at, subject: `tenant/${name}`, before });
      // The audit log gets what came of it.
      const saved = await tenants.setQuota(name, camelCased(body) as QuotaPatch, entry);
      const use = saved && (await tenants.tenantUse(name, utcDay(now())));
      return use ? { tenant: name, quotas: quotasOf(use, now()) } : unknownTenant(name);
    },
  }),
];

const USED: Partial<Record<QuotaName, keyof TenantUse["used"]>> = {
  postsPerDay: "posts",
  notificationsPerDay: "notifications",
  channels: "channels",
  keys: "keys",
};
const DAILY: readonly QuotaName[] = ["postsPerDay", "notificationsPerDay"];

const unlimited = (name: QuotaName): z.infer<typeof QuotaShown> => ({
  name: snakeCase(name),
  ...{ limit: null, used: null, resetsAt: null },
});

/** Without a quota of posts a tenant may send none. */
const quotasOf = ({ quota, used }: TenantUse, now: number): z.infer<typeof QuotaShown>[] =>
  QUOTA_NAMES.map((name) => {
    const limit = quota[name] ?? (name === "postsPerDay" ? 0 : null);
    const counted = USED[name];
    const isDaily = DAILY.includes(name);
    return {
      name: snakeCase(name),
      limit,
      used: counted === undefined || (isDaily && limit === null) ? null : used[counted],
      resetsAt: isDaily && limit !== null ? iso(nextUtcDay(now)) : null,
    };
  });

const unknownTenant = (name: string): Response =>
  problem(404, `There is no tenant ${JSON.stringify(name.slice(0, 60))}.`);
