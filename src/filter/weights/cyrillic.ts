import type { LanguageModel } from "../language.ts";

export const CYRILLIC: LanguageModel = { languages: ["ru"], bits: 1, table: "" };
