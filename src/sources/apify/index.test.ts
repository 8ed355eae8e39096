import { describe, expect, it } from "vitest";
import { NOW, reader } from "../../../test/support/poll-reader.ts";
import { apify } from "./index.ts";

describe("Apify", () => {
  const APIFY = { APIFY_TOKEN: "token", APIFY_DAILY_USD: "0.1" };
  const run = {
    id: "r",
    status: "RUNNING",
    defaultDatasetId: "d",
    startedAt: new Date(NOW).toISOString(),
  };

  it.each([500, 408])(
    "looks for its run after HTTP %i to a start, before it pays for another",
    async (status) => {
      const { read, calls } = reader(apify, APIFY, ({ url }) =>
        url.pathname.endsWith("/runs") && url.searchParams.has("desc")
          ? { data: { items: [run] } }
          : new Response("", { status }),
      );
      const lost = await read();
      expect(JSON.parse(lost.cursor ?? "")).toEqual({ step: "starting", at: NOW });
      expect(JSON.parse((await read(lost.cursor)).cursor ?? "")).toEqual({
        step: "running",
        runId: "r",
      });
      expect(calls.map(({ url }) => url.searchParams.get("maxTotalChargeUsd"))).toEqual([
        "0.05",
        null,
      ]);
    },
  );

  it("counts a start that may have been carried out against the day's budget, and a refused one not", async () => {
    const starts = async (status: number) => {
      const { read, calls } = reader(apify, APIFY, () => new Response("{}", { status }));
      for (let poll = 0; poll < 4; poll++) await read();
      return calls.length;
    };
    expect([await starts(500), await starts(400)]).toEqual([2, 4]);
  });

  it("tells what a run came to", async () => {
    const data = { ...run, status: "TIMED-OUT", usageTotalUsd: 0.0082 };
    const { verdict, cursor } = await reader(apify, APIFY, () => ({ data })).read(
      JSON.stringify({ step: "running", runId: "r" }),
    );
    expect([verdict, JSON.parse(cursor ?? "").step]).toEqual([
      { kind: "ok", reason: "run TIMED-OUT, cost $0.0082" },
      "reading",
    ]);
  });
});
