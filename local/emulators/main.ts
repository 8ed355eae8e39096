/** The process of the provider emulators: `main.ts PORT REQUESTS_DIR`. */
import { serveEmulators } from "./server.ts";

const [port, requestsDir = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
await serveEmulators({ port: Number(port), requestsDir });
