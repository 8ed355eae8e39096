import type { OnchainFeatures } from "../../model/onchain-features.ts";
import type { FeatureStore } from "../features.ts";
import { isoColumn, jsonParam, type Sql } from "./sql.ts";

const PUT_FEATURES = `
insert into onchain_features (chain, token_ca, "window", as_of, "values", confidence)
values ($1, $2, $3, $4::timestamptz, $5::jsonb, $6::float8)
on conflict (chain, token_ca, "window", as_of) do update set "values" = excluded."values",
confidence = excluded.confidence`;

const FEATURES = `
select chain, token_ca as "tokenCa", "window", ${isoColumn("as_of")} as "asOf", "values", confidence
from onchain_features where chain = $1 and token_ca = $2 and "window" = $3 order by as_of desc
limit 1`;

export function featureStore(sql: Sql): FeatureStore {
  return {
    async putFeatures({ chain, tokenCa, window, asOf, values, confidence }) {
      await sql.query(PUT_FEATURES, [chain, tokenCa, window, asOf, jsonParam(values), confidence]);
    },
    features: async (chain, tokenCa, window) =>
      (await sql.query<OnchainFeatures>(FEATURES, [chain, tokenCa, window]))[0],
  };
}
