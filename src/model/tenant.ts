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
