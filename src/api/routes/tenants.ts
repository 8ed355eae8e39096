import * as z from "zod";
import { type Clock, iso } from "../../kit/time.ts";
import { TenantName } from "../../model/tenant.ts";
import type { TenantStore } from "../../store/tenants.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type TenantPorts = {
  tenants: Pick<TenantStore, "tenants" | "addTenant" | "removeTenant">;
  /** A key was revoked: who listens by it has to come back. Never throws. */
  keyEnded(keyId: string): void;
  now: Clock;
};

const TenantShown = z.object({
  name: z.string(),
  createdAt: z.string(),
  channels: z.number().int(),
  keys: z.number().int(),
});

/** For the operators: a key of another tenant than the default one is refused. */
export const tenantRoutes = ({ tenants, keyEnded, now }: TenantPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/tenants",
    access: "admin",
    tag: "operations",
    operationId: "listTenants",
    summary: "The tenants beside default, with how many channels and keys each has.",
    answer: z.object({ tenants: z.array(TenantShown) }),
    status: 200,
    handle: async () => ({ tenants: await tenants.tenants() }),
  }),
  route({
    method: "POST",
    path: "/tenants",
    access: "admin",
    tag: "operations",
    operationId: "createTenant",
    summary: "Makes a tenant. Its first key is made by POST /keys.",
    body: z.strictObject({ name: TenantName }),
    maxBytes: 1_000,
    refusal: "The tenant cannot be made like this.",
    answer: z.object({ name: z.string(), createdAt: z.string() }),
    status: 201,
    example: { body: { name: "acme" } },
    async handle({ body: { name }, change }) {
      const at = iso(now());
      const added = await tenants.addTenant(name, at, change({ at, subject: subjectOf(name) }));
      return added
        ? { name, createdAt: at }
        : problem(409, `There is, or was, a tenant ${name}; take another name.`);
    },
  }),
  route({
    method: "DELETE",
    path: "/tenants/:name",
    access: "admin",
    tag: "operations",
    operationId: "removeTenant",
    summary: "Revokes the keys of a tenant and removes its channels. Its name is not free again.",
    params: z.object({ name: z.string() }),
    status: 204,
    example: { params: { name: "beta" } },
    async handle({ params: { name }, change }) {
      const at = iso(now());
      const ended = await tenants.removeTenant(name, at, change({ at, subject: subjectOf(name) }));
      if (ended === undefined)
        return problem(404, `There is no tenant ${JSON.stringify(name.slice(0, 60))}.`);
      for (const id of ended) keyEnded(id);
      return undefined;
    },
  }),
];

const subjectOf = (name: string): string => `tenant/${name}`;
