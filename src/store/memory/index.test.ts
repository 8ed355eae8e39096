import { storeContract } from "../contract/index.ts";
import { memoryStore } from "./index.ts";

storeContract("the store in memory", async () => memoryStore());
