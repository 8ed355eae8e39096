import type { Clock } from "../kit/time.ts";
import type { TicketPorts } from "./access.ts";
import type { KeyCaller } from "./caller.ts";

const MAX_OPEN = 10_000;

/**
 * Tickets in the memory of the one object that all ask: each works once, for `seconds`. Those of an
 * object that was evicted are lost, and their holders ask for others.
 */
export function ticketBook(
  now: Clock,
  random: () => string,
  seconds: number,
): TicketPorts & { drop(keyId: string): void } {
  const open = new Map<string, { caller: KeyCaller; until: number }>();
  return {
    async issue(caller) {
      for (const [ticket, { until }] of open)
        if (until <= now() || open.size >= MAX_OPEN) open.delete(ticket);
        else break;
      const ticket = random();
      open.set(ticket, { caller, until: now() + seconds * 1_000 });
      return ticket;
    },
    /** The key was revoked or changed. */
    drop(keyId) {
      for (const [ticket, { caller }] of open) if (caller.id === keyId) open.delete(ticket);
    },
    async redeem(ticket) {
      const held = open.get(ticket);
      open.delete(ticket);
      return held !== undefined && held.until > now() ? held.caller : null;
    },
  };
}
