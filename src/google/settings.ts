import * as z from "zod";
import { serviceAccount } from "./access-token.ts";

/**
 * Settings that the source and the enricher of BigQuery share: one account, one limit for each
 * query and one budget for each day.
 */
export const BigQuerySettings = z.object({
  GCP_SA_JSON: z
    .string({ error: "is not set" })
    .refine((text) => serviceAccount(text) !== null, "is no key file of a service account"),
  GCP_PROJECT_ID: z.string().optional(),
  BIGQUERY_BASE_URL: z.url().default("https://bigquery.googleapis.com/bigquery/v2"),
  GOOGLE_TOKEN_URL: z.url().default("https://oauth2.googleapis.com/token"),
  BQ_MAX_BYTES_BILLED: z.coerce.number().positive().default(2_147_483_648),
  BQ_DAILY_BYTES: z.coerce.number().nonnegative().default(21_474_836_480),
});
