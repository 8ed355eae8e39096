import { startPglite } from "../support/postgres.ts";
import { postgresContract } from "../support/postgres-contract.ts";

postgresContract("the store in PGlite, over Neon's protocol", startPglite(), false);
