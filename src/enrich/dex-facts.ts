import { FACTS } from "../model/facts.ts";

/** What every market-data provider gives. */
export const DEX_FACTS = Object.fromEntries(Object.entries(FACTS).filter(([, fact]) => fact.provider === "dex"));
