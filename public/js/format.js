const number = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  notation: "compact",
  maximumSignificantDigits: 4,
});

/** @param {number} value */
export const count = (value) => (value < 100_000 ? number.format(value) : compact.format(value));

/**
 * "1 text", "2 texts".
 * @param {number} value
 * @param {string} one
 * @param {string} [plural]
 */
export const many = (value, one, plural = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : plural}`;

/** @param {number} value */
const twoDecimals = (value) => number.format(Math.round(value * 100) / 100);

/** @param {number} value "+8", "−3.5" */
export const signed = (value) => `${value < 0 ? "−" : "+"}${twoDecimals(Math.abs(value))}`;

/** @param {number} value "8", "−3.5" */
export const score = (value) => (value < 0 ? `−${twoDecimals(-value)}` : twoDecimals(value));

/** @param {string} name "no_token" as "no token" */
export const spaced = (name) => name.replaceAll("_", " ");

/**
 * How long ago: "now", "42s", "5m", "3h", "2d".
 * @param {string} time
 * @param {number} [now]
 */
export function ago(time, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/**
 * `ago` in a sentence: "just now", "42s ago".
 * @param {string} time
 */
export const agoInText = (time) => (ago(time) === "now" ? "just now" : `${ago(time)} ago`);

/** @param {number} seconds the age of a fact: "just now", "42s old" */
export const ageOf = (seconds) =>
  seconds < 1 ? "just now" : `${ago(new Date(Date.now() - seconds * 1000).toISOString())} old`;

/** @param {string} time "2026-01-15 10:00:00 UTC" */
export const utcTime = (time) => time.replace("T", " ").replace(/\.\d+/, "").replace("Z", " UTC");

/** @param {string} time "10:00:00 UTC" */
export const utcClock = (time) => `${time.slice(11, 19)} UTC`;

/**
 * The parts of `eth:0x7e05…de84:2026-01-15T10:00:00Z`. The token may hold colons (Sui); the chain
 * and the time do not.
 * @param {string} eventKey
 */
export function eventParts(eventKey) {
  const [, chain, token, start] = /^([^:]+):(.*):(\d{4}-\d{2}-\d{2}T.*)$/.exec(eventKey) ?? [];
  return { chain: chain ?? "unknown", token: token ?? eventKey, start: start ?? null };
}

/** @param {string} token */
export const shortened = (token) =>
  token.length > 16 ? `${token.slice(0, 6)}…${token.slice(-4)}` : token;

/** @param {{ symbol?: unknown, event_key: string }} event */
export function tokenName({ symbol, event_key }) {
  return symbol ? `$${symbol}` : shortened(eventParts(event_key).token);
}

const USD = /^dex_(liquidity|volume|price_usd)/;
const PERCENT = /(_tax|price_change_\w+)$/;
const SHARE = /_share$/;
const FLAG = /^is_/;

/**
 * A fact's value as people write it.
 * @param {string} name
 * @param {unknown} value
 */
export function factValue(name, value) {
  if (value === null || value === undefined) return "not known";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  if (typeof value !== "number") return String(value);
  if (USD.test(name)) return money.format(value);
  if (PERCENT.test(name)) return `${twoDecimals(value)} %`;
  if (SHARE.test(name)) return `${twoDecimals(value * 100)} %`;
  if (FLAG.test(name)) return value === 1 ? "yes" : "no";
  return value < 0 ? `−${number.format(-value)}` : number.format(value);
}
