import * as z from "zod";
import { StoreUnavailable } from "../../../src/store/index.ts";
import { hyperdriveSql } from "../../../workers/platform/hyperdrive.ts";

const Statement = z.object({
  text: z.string(),
  params: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** Runs statements through the binding, for a store outside. */
export default {
  async fetch(request, { HYPERDRIVE }) {
    const { text, params } = Statement.parse(await request.json());
    try {
      const rows = await hyperdriveSql(HYPERDRIVE.connectionString).query(text, params);
      return Response.json({ rows });
    } catch (error) {
      const isUnavailable = error instanceof StoreUnavailable;
      return Response.json({ failed: String(error), isUnavailable }, { status: 500 });
    }
  },
} satisfies ExportedHandler<{ HYPERDRIVE: Hyperdrive }>;
