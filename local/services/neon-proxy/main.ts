/**
 * The process of the Neon front: `main.ts PORT POSTGRES_PORT CONNECTIONS`, the address of the
 * database in SERVICE_SECRET.
 */
import { serviceSecret } from "../../access.ts";
import { openDatabase } from "../database.ts";
import { serveNeon } from "./proxy.ts";

const [port = 0, postgresPort = 0, connections = 1] = process.argv.slice(2).map(Number);
process.on("disconnect", () => process.exit());
const url = serviceSecret();
const { password } = new URL(url);
await serveNeon(openDatabase(url, connections), {
  port,
  postgresPort,
  password: decodeURIComponent(password),
});
