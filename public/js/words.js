const number = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  notation: "compact",
  maximumSignificantDigits: 4,
});

export const count = (value) => (value < 100_000 ? number.format(value) : compact.format(value));
/** "1 text", "2 texts". */
export const many = (value, one, plural = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : plural}`;
export const signed = (value) => `${value < 0 ? "−" : "+"}${trimmed(Math.abs(value))}`;
export const trimmed = (value) => number.format(Math.round(value * 100) / 100);
export const score = (value) => (value < 0 ? `−${trimmed(-value)}` : trimmed(value));

/** "now", "42s", "5m", "3h", "2d": how long ago. */
export function ago(time, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export const span = (seconds) =>
  seconds < 1 ? "just now" : `${ago(new Date(Date.now() - seconds * 1000).toISOString())} old`;

/**
 * `eth:0x7e05…de84:2026-01-15T10:00:00Z` in its parts. The token may hold colons (Sui), the chain
 * and the time are fixed.
 */
export function eventParts(eventKey) {
  const [, chain, token, start] = /^([^:]+):(.*):(\d{4}-\d{2}-\d{2}T.*)$/.exec(eventKey) ?? [];
  return { chain: chain ?? "unknown", token: token ?? eventKey, start: start ?? null };
}

const short = (token) => (token.length > 16 ? `${token.slice(0, 6)}…${token.slice(-4)}` : token);

export function tokenName({ symbol, event_key }) {
  return symbol ? `$${symbol}` : short(eventParts(event_key).token);
}

const USD = /^dex_(liquidity|volume|price_usd)/;
const PERCENT = /(_tax|price_change_\w+)$/;
const SHARE = /_share$/;

/** A fact's value as people write it. */
export function factValue(name, value) {
  if (value === null || value === undefined) return "not known";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "number") return String(value);
  if (USD.test(name)) return money.format(value);
  if (PERCENT.test(name)) return `${trimmed(value)} %`;
  if (SHARE.test(name)) return `${trimmed(value * 100)} %`;
  if (/^is_/.test(name)) return value === 1 ? "yes" : "no";
  return number.format(value);
}
