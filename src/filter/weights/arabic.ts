import type { LanguageModel } from "../language.ts";

export const ARABIC: LanguageModel = { languages: ["ar"], bits: 1, table: "" };
