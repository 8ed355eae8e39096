/** Minutes since midnight: "22:30" -> 1350. Null when the text is not a time of day. */
export function minutesOf(clock: string): number | null {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Cached by zone: creating a format costs a thousand times as much as using it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  clocks.set(zone, clock);
  return clock;
}

/** Minutes since local midnight; null for a zone that does not exist. */
export function localMinutes(now: number, zone: string): number | null {
  try {
    return minutesOf(clockOf(zone).format(now));
  } catch {
    return null;
  }
}
