/** "22:30" -> 1350; null when it is no time of day. */
export function minutesOf(clock: string): number | null {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Minutes since local midnight; null for a zone that does not exist. */
export function localMinutes(now: number, zone: string): number | null {
  try {
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return minutesOf(clock.format(now));
  } catch {
    return null;
  }
}
