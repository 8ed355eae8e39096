/** The process of the Redis stand-in: `part.ts PORT TOKEN FILE`. */
import { serveUpstash } from "./server.ts";

const [port, token = "", file = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
await serveUpstash({ port: Number(port), token, file });
