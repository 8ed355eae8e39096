/** The process of the Redis stand-in: `main.ts PORT FILE`, its token in SERVICE_SECRET. */
import { serviceSecret } from "../access.ts";
import { serveUpstash } from "./server.ts";

const [port, file = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
await serveUpstash({ port: Number(port), token: serviceSecret(), file });
