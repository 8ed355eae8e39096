import type { QuotaName, QuotaPatch, TenantQuota, TenantUsage } from "../model/tenant.ts";
import type { ChangeEntry } from "./audit-log.ts";

/**
 * Thrown by what would give a tenant a channel or a key more than its quota: addChannel, addKey and
 * rotateKey of ownRows and of the store.
 */
export class QuotaReached extends Error {
  override name = "QuotaReached";
  readonly quota: QuotaName;
  readonly limit: number;
  readonly used: number;
  constructor(quota: QuotaName, limit: number, used: number) {
    super(`${quota}: ${used} of ${limit}`);
    this.quota = quota;
    this.limit = limit;
    this.used = used;
  }
}

export type TenantUse = { createdAt: string; quota: TenantQuota; used: TenantUsage };

/** Days are those of UTC, as `2026-01-15`. The tenant "default" has no quotas. */
export type QuotaStore = {
  /** Nothing: it has no limits, or there is no such tenant. */
  quotaOf(tenant: string): Promise<TenantQuota>;
  /** undefined: no such tenant. */
  setQuota(
    tenant: string,
    patch: QuotaPatch,
    entry?: ChangeEntry,
  ): Promise<TenantQuota | undefined>;
  /** What it has, and has used of the day; posts and notifications count while they have a limit. */
  tenantUse(tenant: string, day: string): Promise<TenantUse | undefined>;
  /**
   * Counts posts that a tenant sends, all of them or none; fewer than none gives some back. `used`
   * with them, where they are allowed.
   */
  takePosts(
    tenant: string,
    count: number,
    day: string,
  ): Promise<{ allowed: boolean; used: number; limit: number }>;
  /**
   * Counts a delivery, once: another attempt at it is free. False: its tenant has sent what it may
   * on that day.
   */
  takeNotification(outboxId: number, day: string): Promise<boolean>;
};
