import { byId } from "./dom.js";
import { getKey, read } from "./server.js";

/** @import { Quotas } from "../types.d.ts" */

/** @type {Quotas} */
const OPERATORS = { tenant: "default", quotas: [] };

/**
 * Asks whose key is in use, and has the page show what is for its tenant: `for-operators` and
 * `for-tenants` in the style sheet hide the rest. Without a key it is the operators' page.
 * @returns {Promise<Quotas>}
 */
export async function showTenant() {
  const found = getKey() === null ? OPERATORS : await read("/quota").catch(() => OPERATORS);
  const { tenant } = found;
  if (tenant === OPERATORS.tenant) delete document.documentElement.dataset.tenant;
  else document.documentElement.dataset.tenant = tenant;
  byId("keys").textContent = isTenant() ? `Key · ${tenant}` : "Key";
  return found;
}

/** Whether the key is that of a tenant other than the operators'. */
export const isTenant = () => document.documentElement.dataset.tenant !== undefined;
