/**
 * SQLSTATEs that another try may not meet, by their beginning. Besides lost connections, full
 * servers and lost races these are databases that are not ready for this code yet (no tables, no
 * rights, no such database): once that is corrected, the work must still be waiting.
 */
const PASSING = [
  "08",
  "28",
  "40",
  "53",
  "55P03",
  "57",
  "58",
  "3D000",
  "25006",
  "42501",
  "42P01",
  "42703",
  "XX000",
];

export const isPassing = (sqlState: string): boolean =>
  PASSING.some((start) => sqlState.startsWith(start));
