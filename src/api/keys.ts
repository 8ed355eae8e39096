import { Hono } from "hono";
import * as z from "zod";
import { sha256Hex } from "../kit/hash.ts";
import { iso } from "../kit/time.ts";
import { IsoInstant } from "../model/scalars.ts";
import type { ApiKey } from "../store/admin.ts";
import { type ApiEnv, SCOPES } from "./access.ts";
import { jsonBody } from "./body.ts";
import type { ApiPorts } from "./ports.ts";
import { fieldErrors, problem } from "./problem.ts";
import { jsonReply, readReply } from "./reply.ts";

const PREFIX = "ess";
const ID_BYTES = 6;
const SECRET_BYTES = 32;

export const KeyInput = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^\P{Cc}{1,100}$/u, "must be 1 to 100 characters, none of them a control character"),
  scopes: z.array(z.enum(SCOPES)).min(1, "needs at least one scope").max(SCOPES.length),
  expires_at: IsoInstant.nullable().default(null),
  limit_per_minute: z.number().int().min(1).max(1_000_000).nullable().default(null),
});

/**
 * Keys for people and machines. The secret is in the answer to POST and nowhere else; the store has
 * its hash.
 */
export function keyRoutes(ports: Pick<ApiPorts, "keys" | "randomToken" | "now">): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get("/keys", async (c) =>
    readReply(c, { keys: (await ports.keys.apiKeys()).map(withoutHash) }),
  );

  app.post("/keys", async (c) => {
    const body = await jsonBody(c.req.raw, 10_000);
    if (body.kind === "refused") return body.response;
    const input = KeyInput.safeParse(body.value);
    if (!input.success)
      return problem(422, "The key cannot be made like this.", {
        errors: fieldErrors(input.error),
      });
    if (input.data.expires_at !== null && Date.parse(input.data.expires_at) <= ports.now()) {
      return problem(422, "The key would have expired already.", {
        errors: [{ path: "expires_at", message: "must be in the future" }],
      });
    }
    const id = ports.randomToken(ID_BYTES).replace(/[^A-Za-z0-9]/g, "0");
    const secret = ports.randomToken(SECRET_BYTES);
    const key: ApiKey = {
      id,
      name: input.data.name,
      hash: sha256Hex(secret),
      scopes: input.data.scopes,
      limitPerMinute: input.data.limit_per_minute,
      createdAt: iso(ports.now()),
      expiresAt: input.data.expires_at,
      revokedAt: null,
    };
    await ports.keys.addKey(key);
    return jsonReply(201, { ...withoutHash(key), key: `${PREFIX}_${id}.${secret}` });
  });

  app.delete("/keys/:id", async (c) => {
    const id = c.req.param("id");
    const known = await ports.keys.revokeKey(id, iso(ports.now()));
    return known
      ? new Response(null, { status: 204 })
      : problem(404, `There is no key ${JSON.stringify(id.slice(0, 60))}.`);
  });

  return app;
}

const withoutHash = ({ hash: _, ...shown }: ApiKey): Omit<ApiKey, "hash"> => shown;
