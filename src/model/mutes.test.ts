import { describe, expect, it } from "vitest";
import { notificationOf } from "../../test/support/outbox.ts";
import type { TokenMute } from "./channel-config.ts";
import type { SignalNotification } from "./delivery.ts";
import { muteFor, mutesInForce, writtenToken } from "./mutes.ts";

const NOW = Date.parse("2026-01-15T12:00:00Z");
const WINDOW = "2026-01-15T12:00:00Z";
const TOKEN = "0x1111111111111111111111111111111111111111";
const POOL = "0x2222222222222222222222222222222222222222";

const mute = (token: string, seconds = 60, symbol?: string): TokenMute => ({
  ...{ token, until: new Date(NOW + seconds * 1_000).toISOString(), by: "@ada", request: token },
  ...(symbol !== undefined && { symbol }),
});

/** The events of one token: by its contract, by its pool, and by its symbol. */
const BY_CONTRACT = notificationOf({
  ...{ eventKey: `evm:${TOKEN}:${WINDOW}`, subject: `evm:${TOKEN}:${WINDOW}` },
  ...{ symbol: "DEMO", tokenCa: TOKEN },
});
const BY_POOL = { ...BY_CONTRACT, eventKey: `evm:${POOL}:${WINDOW}` };
const RESOLVED = { ...BY_CONTRACT, eventKey: `unknown:DEMO:${WINDOW}`, tokenCa: null };
const BY_SYMBOL = { ...RESOLVED, subject: `unknown:DEMO:${WINDOW}` };
const ANOTHER: SignalNotification = {
  ...BY_CONTRACT,
  ...{ eventKey: `evm:${POOL}:${WINDOW}`, subject: `evm:${POOL}:${WINDOW}`, tokenCa: POOL },
};

const isMuted = (mutes: TokenMute[], notification: SignalNotification): boolean =>
  muteFor({ mutes }, notification, NOW) !== null;

describe("a mute", () => {
  it.each([
    ["the address", mute(writtenToken(TOKEN))],
    ["the subject, as a button sets it", mute(`evm:${TOKEN}`, 60, "DEMO")],
  ])("of %s mutes the token by its contract, its pool and its symbol", (_, each) => {
    for (const named of [BY_CONTRACT, BY_POOL, RESOLVED]) expect(isMuted([each], named)).toBe(true);
    expect(isMuted([each], ANOTHER)).toBe(false);
  });

  it("of a pool mutes what comes from the pool", () => {
    expect(isMuted([mute(writtenToken(POOL))], BY_POOL)).toBe(true);
    expect(isMuted([mute(writtenToken(POOL))], BY_CONTRACT)).toBe(false);
  });

  it("by a button mutes posts that name the symbol alone, but no other contract", () => {
    const pressed = mute(`evm:${TOKEN}`, 60, "DEMO");
    expect(isMuted([pressed], BY_SYMBOL)).toBe(true);
    expect(isMuted([pressed], { ...BY_SYMBOL, symbol: "OTHER" })).toBe(false);
  });

  it("of a symbol whose contract nobody knows mutes whatever has the symbol", () => {
    for (const token of ["unknown:DEMO", writtenToken("demo"), writtenToken("$Demo")])
      for (const named of [BY_SYMBOL, RESOLVED, BY_CONTRACT, ANOTHER])
        expect(isMuted([mute(token)], named)).toBe(true);
  });

  it("is ended by a later word on any name, and is then not listed", () => {
    const mutes = [mute(`evm:${TOKEN}`, 60, "DEMO"), mute("$DEMO", 0)];
    expect(isMuted(mutes, BY_CONTRACT)).toBe(false);
    expect(mutesInForce(mutes, NOW)).toEqual([]);
    expect(mutesInForce([mute("$OTHER"), ...mutes], NOW)).toEqual([mute("$OTHER")]);
  });
});
