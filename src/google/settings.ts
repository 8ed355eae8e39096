import * as z from "zod";
import { serviceAccount } from "./access-token.ts";

/**
 * Settings that the source and the enricher of BigQuery share: one account, one limit for each
 * query and one budget for each day.
 */
export const BigQuerySettings = z.object({
  GCP_SA_JSON: z
    .string({ error: "is not set" })
    .refine((text) => serviceAccount(text) !== null, "is no key file of a service account")
    .describe("The key file of the service account, the whole JSON; without it BigQuery is off"),
  GCP_PROJECT_ID: z
    .string()
    .optional()
    .describe("The project that pays; by default that of the account"),
  BIGQUERY_BASE_URL: z
    .url()
    .default("https://bigquery.googleapis.com/bigquery/v2")
    .describe("Where BigQuery is reached"),
  GOOGLE_TOKEN_URL: z
    .url()
    .default("https://oauth2.googleapis.com/token")
    .describe("Where Google's access tokens are fetched"),
  BQ_MAX_BYTES_BILLED: z.coerce
    .number()
    .positive()
    .default(2_147_483_648)
    .describe("Bytes that one query may be billed for"),
  BQ_DAILY_BYTES: z.coerce
    .number()
    .nonnegative()
    .default(21_474_836_480)
    .describe("Bytes that all queries of one UTC day may be billed for"),
});
