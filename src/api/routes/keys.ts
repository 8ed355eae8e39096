import * as z from "zod";
import { camelCased } from "../../kit/case.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { SourceName } from "../../model/raw-post.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { DEFAULT_TENANT, TenantName, type TenantQuota } from "../../model/tenant.ts";
import type { ApiKey, KeyPatch, KeyStore } from "../../store/api-keys.ts";
import type { DescribeChange } from "../change.ts";
import type { ApiSettings } from "../context.ts";
import { SCOPES } from "../context.ts";
import { secretHash } from "../key-hash.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type KeyAdminPorts = {
  /** Those of all tenants, which the operators manage. */
  keys: KeyStore;
  ownRows(tenant: string): KeyStore;
  /** Of a tenant other than the default one. */
  quotas(tenant: string): Promise<TenantQuota>;
  /** Unguessable and safe in a URL: `bytes` random bytes. */
  randomToken(bytes: number): string;
  /** A key was revoked or changed: who listens by it has to come back. Never throws. */
  keyEnded(keyId: string): void;
  now: Clock;
  settings: Pick<ApiSettings, "keyPepper">;
};

const PREFIX = "ess";
const ID_BYTES = 6;
const SECRET_BYTES = 32;

/** The fields of a key on the wire. */
const KeyFields = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^\P{Cc}{1,100}$/u, "must be 1 to 100 characters, none of them a control character"),
  scopes: z.array(z.enum(SCOPES)).min(1, "needs at least one scope").max(SCOPES.length),
  sources: z.array(SourceName).min(1, "needs at least one source").max(50).nullable(),
  expires_at: IsoInstant.nullable(),
  limit_per_minute: z.number().int().min(1).max(1_000_000).nullable(),
});

const KeyInput = KeyFields.extend({
  /** The caller's own when it is left out; the operators make keys for each. */
  tenant: TenantName.optional(),
  sources: KeyFields.shape.sources.default(null),
  expires_at: KeyFields.shape.expires_at.default(null),
  limit_per_minute: KeyFields.shape.limit_per_minute.default(null),
});

const MAX_OVERLAP_SECONDS = 90 * 86_400;
const RotateInput = z.strictObject({
  overlap_seconds: z.number().int().min(0).max(MAX_OVERLAP_SECONDS).default(86_400),
});

const KeyShown = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  sources: z.array(z.string()).nullable(),
  limitPerMinute: z.number().int().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

/**
 * Keys for people and machines. The secret is in the answer to POST and nowhere else; the store has
 * its hash.
 */
export const keyRoutes = (ports: KeyAdminPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/keys",
    access: "admin",
    tenants: "own",
    tag: "operations",
    operationId: "listKeys",
    summary: "Keys, without their secrets.",
    answer: z.object({ keys: z.array(KeyShown.extend({ lastUsedAt: z.string().nullable() })) }),
    status: 200,
    handle: async ({ tenant }) => ({
      keys: (await keysFor(tenant, ports).apiKeys()).map(withoutHash),
    }),
  }),
  route({
    method: "POST",
    path: "/keys",
    access: "admin",
    tenants: "own",
    tag: "operations",
    operationId: "createKey",
    summary: "Makes a key. The secret is in this answer and nowhere else.",
    body: KeyInput,
    maxBytes: 10_000,
    refusal: "The key cannot be made like this.",
    answer: KeyShown.extend({ key: z.string() }),
    status: 201,
    example: {
      body: { name: "collector", scopes: ["ingest"], sources: ["me"], limit_per_minute: 600 },
    },
    async handle({ body, change, tenant: callers }) {
      const { tenant = callers } = body;
      if (callers !== DEFAULT_TENANT && tenant !== callers)
        return refusedTenant(`must be ${callers}, the tenant of your key`);
      const refused = await unusable({ ...body, tenant }, ports);
      if (refused !== undefined) return refused;
      const made = newKey(
        {
          tenant,
          name: body.name,
          scopes: body.scopes,
          sources: body.sources,
          limitPerMinute: body.limit_per_minute,
          expiresAt: body.expires_at,
        },
        ports,
      );
      const after = withoutHash(made.stored);
      const at = made.stored.createdAt;
      const entry = change({ at, subject: keySubject(made.stored.id), after });
      const added = await keysFor(callers, ports).addKey(made.stored, entry);
      return added
        ? { ...after, key: made.key }
        : refusedTenant("names no tenant: GET /tenants lists them");
    },
  }),
  route({
    method: "PATCH",
    path: "/keys/:id",
    access: "admin",
    tenants: "own",
    tag: "operations",
    operationId: "updateKey",
    summary: "Changes a key; its secret stays.",
    params: z.object({ id: z.string() }),
    body: KeyFields.partial(),
    maxBytes: 10_000,
    refusal: "The key cannot be changed like this.",
    answer: KeyShown,
    status: 200,
    example: { params: { id: "collector1" }, body: { limit_per_minute: 900 } },
    async handle({ params: { id }, body, change, tenant }) {
      const keys = keysFor(tenant, ports);
      const key = await keys.apiKey(id);
      if (key === undefined || key.revokedAt !== null) return noKey(id);
      const patch = camelCased(body) as KeyPatch;
      const wanted = { ...key, ...patch };
      const expires_at = body.expires_at === undefined ? null : wanted.expiresAt;
      const refused = await unusable({ ...wanted, expires_at }, ports);
      if (refused !== undefined) return refused;
      const entry = change({
        at: iso(ports.now()),
        subject: keySubject(id),
        before: withoutHash(key),
        after: withoutHash(wanted),
      });
      const updated = await keys.updateKey(id, patch, entry);
      if (updated !== undefined) ports.keyEnded(id);
      return updated === undefined ? noKey(id) : withoutHash(updated);
    },
  }),
  route({
    method: "POST",
    path: "/keys/:id/rotate",
    access: "admin",
    tenants: "own",
    tag: "operations",
    operationId: "rotateKey",
    summary:
      "Makes the next key of the same kind. The old one works for overlap_seconds more (a day).",
    params: z.object({ id: z.string() }),
    body: RotateInput,
    maxBytes: 10_000,
    refusal: "The key cannot be rotated like this.",
    answer: KeyShown.extend({ key: z.string(), replaces: z.string(), overlapUntil: z.string() }),
    status: 201,
    example: { params: { id: "collector1" }, body: { overlap_seconds: 3600 } },
    handle: ({ params: { id }, body, change, tenant }) =>
      rotate(id, body.overlap_seconds, change, { ...ports, keys: keysFor(tenant, ports) }),
  }),
  route({
    method: "DELETE",
    path: "/keys/:id",
    access: "admin",
    tenants: "own",
    tag: "operations",
    operationId: "revokeKey",
    summary: "Revokes a key.",
    params: z.object({ id: z.string() }),
    status: 204,
    example: { params: { id: "collector1" } },
    async handle({ params: { id }, change, tenant }) {
      const at = iso(ports.now());
      const entry = change({ at, subject: keySubject(id), after: { revokedAt: at } });
      const revoked = await keysFor(tenant, ports).revokeKey(id, at, entry);
      if (revoked) ports.keyEnded(id);
      return revoked ? undefined : noKey(id);
    },
  }),
];

const keysFor = (tenant: string, { keys, ownRows }: KeyAdminPorts): KeyStore =>
  tenant === DEFAULT_TENANT ? keys : ownRows(tenant);

const refusedTenant = (message: string): Response =>
  problem(422, "The key cannot be made like this.", { errors: [{ path: "tenant", message }] });

async function rotate(
  id: string,
  overlapSeconds: number,
  change: DescribeChange,
  ports: KeyAdminPorts,
) {
  const key = await ports.keys.apiKey(id);
  if (key === undefined || key.revokedAt !== null) return noKey(id);
  const now = ports.now();
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= now)
    return problem(409, `The key ${id} expired at ${key.expiresAt}; make a new one.`);
  const { stored, key: shownOnce } = newKey(key, ports);
  // One that ends sooner keeps its end, short of a millisecond: the row must change, so that of
  // rotations at once one alone finds the key as it was.
  const ends = key.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(key.expiresAt) - 1;
  const until = iso(Math.min(now + overlapSeconds * 1000, ends));
  const entry = change({
    at: iso(now),
    subject: keySubject(id),
    before: withoutHash(key),
    after: { ...withoutHash(stored), replaces: id, overlapUntil: until },
  });
  if (!(await ports.keys.rotateKey(key, stored, until, entry)))
    return problem(409, `The key ${id} was rotated or changed at this moment; look at it again.`);
  ports.keyEnded(id);
  return { ...withoutHash(stored), key: shownOnce, replaces: id, overlapUntil: until };
}

type KeyTerms = Pick<
  ApiKey,
  "tenant" | "name" | "scopes" | "sources" | "limitPerMinute" | "expiresAt"
>;

/** `key` is what its holder sends; `stored` has the hash of its secret alone. */
function newKey(
  { tenant, name, scopes, sources, limitPerMinute, expiresAt }: KeyTerms,
  { randomToken, now, settings }: KeyAdminPorts,
): { stored: ApiKey; key: string } {
  const id = randomToken(ID_BYTES).replace(/[^A-Za-z0-9]/g, "0");
  const secret = randomToken(SECRET_BYTES);
  const stored: ApiKey = {
    id,
    tenant,
    name,
    hash: secretHash(secret, settings.keyPepper),
    scopes,
    sources,
    limitPerMinute,
    createdAt: iso(now()),
    expiresAt,
    revokedAt: null,
  };
  return { stored, key: `${PREFIX}_${id}.${secret}` };
}

/** Why a key of these terms would be of no use. */
async function unusable(
  {
    tenant,
    scopes,
    sources,
    expires_at,
  }: Pick<KeyTerms, "tenant" | "scopes" | "sources"> & {
    expires_at: string | null;
  },
  { now, quotas }: Pick<KeyAdminPorts, "now" | "quotas">,
): Promise<Response | undefined> {
  if (expires_at !== null && Date.parse(expires_at) <= now())
    return problem(422, "The key would have expired already.", {
      errors: [{ path: "expires_at", message: "must be in the future" }],
    });
  if (tenant !== DEFAULT_TENANT && scopes.includes("ingest")) {
    const { postsPerDay = 0 } = await quotas(tenant);
    if (postsPerDay === 0)
      return problem(422, "Posts are the same for all tenants, and this one may send none.", {
        errors: [
          {
            path: "scopes",
            message:
              "cannot hold ingest: the operators give the tenant posts_per_day with " +
              "PATCH /tenants/{name}/quota",
          },
        ],
      });
  }
  if (sources !== null && !bindable(scopes))
    return problem(422, "The key cannot be bound to sources.", {
      errors: [{ path: "sources", message: "needs the scope ingest, without the scope admin" }],
    });
  return undefined;
}

const keySubject = (id: string): string => `key/${id}`;

const noKey = (id: string): Response =>
  problem(404, `There is no key ${JSON.stringify(id.slice(0, 60))}.`);

/** An admin may make itself any key, so binding one would promise what does not hold. */
const bindable = (scopes: readonly string[]): boolean =>
  scopes.includes("ingest") && !scopes.includes("admin");

const withoutHash = <K extends ApiKey>({ hash: _, ...shown }: K): Omit<K, "hash"> => shown;
