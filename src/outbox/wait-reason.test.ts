import { describe, expect, it } from "vitest";
import { channelOf, NOON } from "../../test/support/outbox.ts";
import { iso } from "../kit/time.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import { waitReason } from "./wait-reason.ts";

const MINUTE = 60_000;
const row = (over: object = {}) => ({
  channelId: 1,
  status: "pending",
  createdAt: iso(NOON),
  nextRetryAt: iso(NOON),
  attempts: [],
  payload: {},
  ...over,
});
const filter = (over: object) => channelOf({ filter: ChannelFilter.parse(over) });

describe("why a row waits", () => {
  it("names the end of quiet hours", () => {
    const quiet = filter({ quietHours: { from: "11:00", to: "13:30", zone: "UTC" } });
    const held = row({ nextRetryAt: iso(NOON + 90 * MINUTE) });
    expect(waitReason(held, [quiet], NOON)).toBe("quiet hours until 2026-01-15T13:30:00.000Z");
  });

  it("names the time of the digest, or of the quiet hours that it ends in", () => {
    const digest = filter({ digestMinutes: 10 });
    const held = row({ nextRetryAt: iso(NOON + 10 * MINUTE) });
    expect(waitReason(held, [digest], NOON)).toBe("digest at 2026-01-15T12:10:00.000Z");
    const both = filter({
      digestMinutes: 10,
      quietHours: { from: "12:05", to: "13:00", zone: "UTC" },
    });
    expect(waitReason(row({ nextRetryAt: iso(NOON + 60 * MINUTE) }), [both], NOON)).toBe(
      "quiet hours until 2026-01-15T13:00:00.000Z",
    );
  });

  it("names the pause of its channel, also when the row is due", () => {
    const paused = channelOf({ status: "paused", statusReason: "HTTP 401" });
    expect(waitReason(row(), [paused], NOON)).toBe("channel paused: HTTP 401");
    expect(waitReason(row({ status: "failed" }), [paused], NOON)).toBe("channel paused: HTTP 401");
  });

  it("names what the last attempt came to", () => {
    const failed = row({
      status: "failed",
      nextRetryAt: iso(NOON + MINUTE),
      attempts: [{ result: "throttled" }],
    });
    expect(waitReason(failed, [channelOf()], NOON)).toBe("retry after throttled");
    expect(waitReason(row({ nextRetryAt: iso(NOON + MINUTE) }), [channelOf()], NOON)).toBe(
      "its turn",
    );
  });

  it("is nothing for a row that is due, being sent or ended", () => {
    expect(waitReason(row(), [channelOf()], NOON)).toBeNull();
    expect(waitReason(row({ status: "sending" }), [channelOf()], NOON)).toBeNull();
    expect(waitReason(row({ status: "done", nextRetryAt: null }), [], NOON)).toBeNull();
  });
});
