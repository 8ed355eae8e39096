import * as z from "zod";
import { StoreUnavailable } from "../../../src/store/index.ts";
import { hyperdriveSql } from "../../../workers/platform/hyperdrive.ts";

const Statement = z.object({
  text: z.string(),
  params: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
  tenant: z.string().optional(),
});

/** Runs statements through the binding, for a store outside. */
export default {
  async fetch(request, { HYPERDRIVE }) {
    const { text, params, tenant } = Statement.parse(await request.json());
    try {
      const client = hyperdriveSql(HYPERDRIVE.connectionString);
      const sql = tenant === undefined ? client : client.asTenant(tenant);
      const rows = await sql.query(text, params);
      return Response.json({ rows });
    } catch (error) {
      const isUnavailable = error instanceof StoreUnavailable;
      const { code, detail } = error as { code?: string; detail?: string };
      return Response.json({ failed: String(error), isUnavailable, code, detail }, { status: 500 });
    }
  },
} satisfies ExportedHandler<{ HYPERDRIVE: Hyperdrive }>;
