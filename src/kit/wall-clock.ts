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

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Cached by zone, as the clocks. */
const calendars = new Map<string, Intl.DateTimeFormat>();

/** The local day of the week; null for a zone that does not exist. */
export function localWeekday(now: number, zone: string): Weekday | null {
  try {
    const calendar =
      calendars.get(zone) ?? new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short" });
    calendars.set(zone, calendar);
    return WEEKDAYS.find((day) => day === calendar.format(now).toLowerCase()) ?? null;
  } catch {
    return null;
  }
}
