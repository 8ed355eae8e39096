/** The process of the provider twins: `part.ts PORT LEDGER_DIR`. */
import { serveTwins } from "./server.ts";

const [port, ledgerDir = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
await serveTwins({ port: Number(port), ledgerDir });
