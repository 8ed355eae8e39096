import type { LanguageModel } from "../language.ts";
import type { SharedScript } from "../script.ts";

const none = (languages: readonly string[]): LanguageModel => ({ languages, bits: 1, table: "" });
export const LANGUAGE_WEIGHTS: Record<SharedScript, LanguageModel> = {
  latin: none(["en"]),
  cyrillic: none(["ru"]),
  arabic: none(["ar"]),
  devanagari: none(["hi"]),
  han: none(["zh"]),
};
