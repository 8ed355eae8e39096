import * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { SourceName } from "../../model/raw-post.ts";
import { IsoInstant } from "../../model/scalars.ts";
import type { ApiKey, KeyStore } from "../../store/api-keys.ts";
import { type ApiScope, SCOPES } from "../context.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type KeyAdminPorts = {
  keys: KeyStore;
  /** Unguessable and safe in a URL: `bytes` random bytes. */
  randomToken(bytes: number): string;
  now: Clock;
};

const PREFIX = "ess";
const ID_BYTES = 6;
const SECRET_BYTES = 32;

const KeyInput = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^\P{Cc}{1,100}$/u, "must be 1 to 100 characters, none of them a control character"),
  scopes: z.array(z.enum(SCOPES)).min(1, "needs at least one scope").max(SCOPES.length),
  sources: z.array(SourceName).min(1, "needs at least one source").max(50).nullable().default(null),
  expires_at: IsoInstant.nullable().default(null),
  limit_per_minute: z.number().int().min(1).max(1_000_000).nullable().default(null),
});

const KeyShown = z.object({
  id: z.string(),
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
    tag: "operations",
    operationId: "listKeys",
    summary: "Keys, without their secrets.",
    answer: z.object({ keys: z.array(KeyShown) }),
    status: 200,
    handle: async () => ({ keys: (await ports.keys.apiKeys()).map(withoutHash) }),
  }),
  route({
    method: "POST",
    path: "/keys",
    access: "admin",
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
    async handle({ body }) {
      if (body.expires_at !== null && Date.parse(body.expires_at) <= ports.now()) {
        return problem(422, "The key would have expired already.", {
          errors: [{ path: "expires_at", message: "must be in the future" }],
        });
      }
      if (body.sources !== null && !bindable(body.scopes)) {
        return problem(422, "The key cannot be bound to sources.", {
          errors: [{ path: "sources", message: "needs the scope ingest, without the scope admin" }],
        });
      }
      const id = ports.randomToken(ID_BYTES).replace(/[^A-Za-z0-9]/g, "0");
      const secret = ports.randomToken(SECRET_BYTES);
      const key: ApiKey = {
        id,
        name: body.name,
        hash: sha256Hex(secret),
        scopes: body.scopes,
        sources: body.sources,
        limitPerMinute: body.limit_per_minute,
        createdAt: iso(ports.now()),
        expiresAt: body.expires_at,
        revokedAt: null,
      };
      await ports.keys.addKey(key);
      return { ...withoutHash(key), key: `${PREFIX}_${id}.${secret}` };
    },
  }),
  route({
    method: "DELETE",
    path: "/keys/:id",
    access: "admin",
    tag: "operations",
    operationId: "revokeKey",
    summary: "Revokes a key.",
    params: z.object({ id: z.string() }),
    status: 204,
    example: { params: { id: "collector1" } },
    handle: async ({ params: { id } }) =>
      (await ports.keys.revokeKey(id, iso(ports.now())))
        ? undefined
        : problem(404, `There is no key ${JSON.stringify(id.slice(0, 60))}.`),
  }),
];

/** An admin may make itself any key, so binding one would promise what does not hold. */
const bindable = (scopes: readonly ApiScope[]): boolean =>
  scopes.includes("ingest") && !scopes.includes("admin");

const withoutHash = ({ hash: _, ...shown }: ApiKey): Omit<ApiKey, "hash"> => shown;
