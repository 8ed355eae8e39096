/** The process of the analytics: `main.ts PORT INSTALLED DATA`, its token in SERVICE_SECRET. */
import { serviceSecret } from "../../access.ts";
import { openClickHouse } from "./chdb.ts";
import { serveAnalytics } from "./server.ts";

const [port, installed = "", data = ""] = process.argv.slice(2);
const stop = await serveAnalytics(openClickHouse(installed, data), {
  port: Number(port),
  token: serviceSecret(),
});
const end = () => {
  stop();
  process.exit();
};
process.on("disconnect", end);
process.on("SIGTERM", end);
