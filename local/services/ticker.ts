import { readFileSync } from "node:fs";

/**
 * The expressions under [triggers] in wrangler.toml; the file's other parts are wrangler's
 * business.
 */
export function readCrons(file: string): string[] {
  const text = readFileSync(file, "utf8").replaceAll(/^\s*#.*$/gm, "");
  const list = /^\s*crons\s*=\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? "";
  return [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function fieldHolds(field: string, value: number, least: number): boolean {
  return field.split(",").some((part) => {
    const [range = "*", step = "1"] = part.split("/");
    const [from = "", to] = range.split("-");
    const low = range === "*" ? least : Number(from);
    const high =
      range === "*" || (part.includes("/") && to === undefined)
        ? Number.POSITIVE_INFINITY
        : Number(to ?? from);
    return value >= low && value <= high && (value - low) % Number(step) === 0;
  });
}

/**
 * Whether a five-field cron expression (numbers, lists, ranges, steps) is due in the minute of a
 * date, in UTC.
 */
export function isDue(cron: string, at: Date): boolean {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = cron.split(/\s+/);
  return (
    fieldHolds(minute, at.getUTCMinutes(), 0) &&
    fieldHolds(hour, at.getUTCHours(), 0) &&
    fieldHolds(day, at.getUTCDate(), 1) &&
    fieldHolds(month, at.getUTCMonth() + 1, 1) &&
    fieldHolds(weekday, at.getUTCDay(), 0)
  );
}

const MINUTE_MS = 60_000;

/**
 * miniflare never fires a cron by itself. Each tick asks for those that are due; `everyMs`
 * under a minute makes the one-minute jobs come sooner, which is what someone watching a page
 * wants. A tick that fails is dropped: the next one does its work.
 */
export function startTicker(options: {
  url: string;
  crons: string[];
  everyMs: number;
}): () => void {
  let lastMinute = -1;
  const fire = (cron: string, time: number) => {
    const query = new URLSearchParams({ cron, time: String(time) });
    fetch(`${options.url}/cdn-cgi/local/scheduled?${query}`, {
      signal: AbortSignal.timeout(MINUTE_MS),
    })
      .then((response) => response.arrayBuffer())
      .catch(() => {});
  };
  const tick = () => {
    const now = Date.now();
    const minute = Math.floor(now / MINUTE_MS);
    const fresh = minute !== lastMinute;
    lastMinute = minute;
    for (const cron of options.crons)
      if (cron === "* * * * *" || (fresh && isDue(cron, new Date(now)))) fire(cron, now);
  };
  const timer = setInterval(tick, options.everyMs);
  tick();
  return () => clearInterval(timer);
}
