/**
 * Prints, as JSON, the options of miniflare that wrangler derives: `bindings.ts CONFIG`. A process
 * of its own, because wrangler takes 150 MB that nothing needs afterwards.
 */
import { unstable_getMiniflareWorkerOptions } from "wrangler";

const [config = ""] = process.argv.slice(2);
const { modulesRules: _, ...options } = unstable_getMiniflareWorkerOptions(config).workerOptions;
process.stdout.write(JSON.stringify(options));
