import { ENGINES } from "./engines.ts";

const [name = "", verb] = process.argv.slice(2);
const { DATABASE = "", REDIS_URL = "", SINK = "", JOBS, CONCURRENCY } = process.env;
const job = { databaseUrl: DATABASE, redisUrl: REDIS_URL, sink: SINK, jobs: Number(JOBS), concurrency: Number(CONCURRENCY) };
await (verb === "fill" ? ENGINES[name]?.fill(job) : ENGINES[name]?.drain(job));
