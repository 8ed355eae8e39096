/**
 * What the address says: `?range=6h&refresh=30`. A shared link shows the same range.
 * @typedef {{ range: string, refresh: number }} View
 */

const MINUTE = 60_000;
/** @type {Record<string, { label: string, ms: number }>} */
export const RANGES = {
  "15m": { label: "15 min", ms: 15 * MINUTE },
  "1h": { label: "1 hour", ms: 60 * MINUTE },
  "6h": { label: "6 hours", ms: 360 * MINUTE },
  "24h": { label: "24 hours", ms: 1_440 * MINUTE },
  "7d": { label: "7 days", ms: 10_080 * MINUTE },
};
/** Seconds between two readings; 0: by hand. */
export const REFRESHES = [0, 10, 30, 60, 300];

const USUAL = { range: "1h", refresh: 30 };

/** @returns {View} */
export function viewFromAddress() {
  const given = new URLSearchParams(location.search);
  const range = given.get("range") ?? "";
  const refresh = Number(given.get("refresh") ?? Number.NaN);
  return {
    range: range in RANGES ? range : USUAL.range,
    refresh: REFRESHES.includes(refresh) ? refresh : USUAL.refresh,
  };
}

/** @param {View} view */
export function putInAddress({ range, refresh }) {
  const address = new URLSearchParams({ range, refresh: String(refresh) });
  history.replaceState(null, "", `${location.pathname}?${address}${location.hash}`);
}

/** @param {View} view the query of the range that ends now */
export function queryOf({ range }) {
  const to = Date.now();
  const from = to - (RANGES[range]?.ms ?? MINUTE);
  return new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  });
}
