import { deployMain } from "../deploy/main.ts";

process.exitCode = await deployMain(process.argv.slice(2));
