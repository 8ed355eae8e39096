/** The process of the provider emulators: `part.ts PORT LEDGER_DIR`. */
import { serveEmulators } from "./server.ts";

const [port, ledgerDir = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
await serveEmulators({ port: Number(port), ledgerDir });
