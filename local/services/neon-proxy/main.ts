/** The process of the Neon front: `neon-part.ts PORT POSTGRES_PORT CONNECTIONS`. */
import { openDatabase } from "../database.ts";
import { databaseUrl } from "../postgres.ts";
import { serveNeon } from "./proxy.ts";

const [port = 0, postgresPort = 0, connections = 1] = process.argv.slice(2).map(Number);
process.on("disconnect", () => process.exit());
await serveNeon(openDatabase(databaseUrl(postgresPort), connections), { port, postgresPort });
