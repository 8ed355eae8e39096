import { startPostgres } from "../support/postgres.ts";

/* A process of its own: prints where the database is, and stops it once its input ends. */
const postgres = await startPostgres();
const { url, fetchEndpoint } = postgres;
console.log(JSON.stringify({ url, fetchEndpoint }));
process.stdin.resume().on("end", () => void postgres.stop());
