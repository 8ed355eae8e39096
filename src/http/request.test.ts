import { describe, expect, it } from "vitest";
import {
  type CallRecord,
  type FetchLike,
  type OutsideRequest,
  outsideCall,
  USER_AGENT,
} from "./request.ts";

const NOW = Date.UTC(2026, 10, 20, 10);

async function call(
  answer: () => Response | Promise<Response>,
  request: Partial<OutsideRequest> = {},
) {
  const records: CallRecord[] = [];
  const inits: RequestInit[] = [];
  const fetch: FetchLike = async (_, init) => {
    inits.push(init);
    return answer();
  };
  const result = await outsideCall(
    { provider: "demo", url: "https://x.test/?token=SECRET", timeoutMs: 500, ...request },
    { fetch, now: () => NOW, telemetry: (record) => records.push(record) },
  );
  return { ...result, records, inits };
}

const endless = () =>
  new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64_000)),
  });

describe("outsideCall", () => {
  it.each([
    [200, "ok"],
    [304, "empty"],
    [302, "reject"],
    [400, "reject"],
    [401, "auth"],
    [402, "quota"],
    [404, "reject"],
    [408, "retry"],
    [410, "gone"],
    [429, "throttled"],
    [500, "retry"],
    [503, "retry"],
  ])("reads status %i as %s", async (status, kind) => {
    expect((await call(() => new Response(null, { status }))).verdict.kind).toBe(kind);
  });

  it.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": new Date(NOW + 90_000).toUTCString() }, 90_000],
    [{ "x-ratelimit-reset-after": "0.65" }, 650],
    [{ "x-rate-limit-reset": `${NOW / 1_000 + 30}` }, 30_000],
    [{ "ratelimit-reset": "12" }, 12_000],
    [{ "retry-after": "soon", "ratelimit-reset": "5" }, 5_000],
    [{ "retry-after": "99999999" }, 86_400_000],
    [{ "retry-after": "120, 120" }, 120_000],
    [{ "retry-after": "-5" }, 0],
    [{ "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" }, 0],
    [{ "retry-after": "Fri, 31 Dec 2999 23:59:59 GMT" }, 86_400_000],
    [{ "x-rate-limit-reset": "1" }, 1_000],
    [{}, undefined],
  ])("reads the wait from %o", async (headers, delayMs) => {
    expect((await call(() => new Response("", { status: 429, headers }))).verdict.delayMs).toBe(
      delayMs,
    );
  });

  it("never follows a redirect", async () => {
    const { inits } = await call(
      () => new Response(null, { status: 302, headers: { location: "http://169.254.169.254/" } }),
    );
    expect(inits).toHaveLength(1);
    expect(inits[0]?.redirect).toBe("manual");
  });

  it("ends a call that hangs, and says timeout", async () => {
    const { verdict, status, records } = await call(() => new Promise<Response>(() => undefined), {
      timeoutMs: 20,
    });
    expect({ ...verdict, status, code: records[0]?.code }).toEqual({
      kind: "retry",
      reason: "timeout",
      status: null,
      code: "timeout",
    });
  });

  it("ends a body that hangs, and keeps what the status says", async () => {
    const hanging = (status: number, headers = {}) =>
      new Response(new ReadableStream<Uint8Array>(), { status, headers });
    const fast = { timeoutMs: 20 };
    expect((await call(() => hanging(200), fast)).verdict.kind).toBe("ok");
    expect((await call(() => hanging(410), fast)).verdict.kind).toBe("gone");
    expect((await call(() => hanging(429, { "retry-after": "600" }), fast)).verdict).toMatchObject({
      kind: "throttled",
      delayMs: 600_000,
    });
    const { verdict, records } = await call(() => hanging(200), { ...fast, expect: "json" });
    expect(verdict.kind).toBe("retry");
    expect(records[0]?.code).toBe("timeout");
  });

  it("stops reading an answer without end", async () => {
    const { verdict, records } = await call(() => new Response(endless()));
    expect(verdict).toEqual({ kind: "reject", reason: "answer larger than 1000000 bytes" });
    expect(records[0]?.code).toBe("oversize");
  });

  it("judges an answer without end by its status where that is all that matters", async () => {
    const { verdict } = await call(() => new Response(endless(), { status: 202 }), {
      overflow: "cut",
    });
    expect(verdict.kind).toBe("ok");
  });

  it("reads HTML in place of JSON as a passing fault", async () => {
    const html = () =>
      new Response("<html>busy</html>", { headers: { "content-type": "text/html" } });
    expect((await call(html, { expect: "json" })).verdict).toEqual({
      kind: "retry",
      reason: "answer is not JSON",
    });
    expect((await call(html)).verdict.kind).toBe("ok");
    const turnedAway = () => new Response("<html>checking your browser</html>", { status: 403 });
    expect((await call(turnedAway, { expect: "json" })).verdict.kind).toBe("retry");
  });

  it("lets the adapter read the answer first", async () => {
    const { verdict } = await call(() => Response.json({ code: 4029 }), {
      classify: ({ json }) =>
        (json as { code: number }).code === 4029
          ? { kind: "throttled", reason: "4029" }
          : undefined,
    });
    expect(verdict.kind).toBe("throttled");
  });

  it("passes the trace along, and names it in the record", async () => {
    const sent: HeadersInit[] = [];
    const records: CallRecord[] = [];
    const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const fetch: FetchLike = async (_, init) => {
      sent.push(init.headers ?? {});
      return new Response("");
    };
    const ports = {
      fetch,
      now: () => NOW,
      telemetry: (record: CallRecord) => records.push(record),
    };
    const request = {
      provider: "demo",
      url: "https://x.test/",
      headers: { accept: "text/plain" },
      timeoutMs: 500,
    };
    await outsideCall(request, { ...ports, trace });
    await outsideCall(request, ports);
    expect(sent).toEqual([
      {
        "user-agent": USER_AGENT,
        accept: "text/plain",
        traceparent: trace,
      },
      { "user-agent": USER_AGENT, accept: "text/plain" },
    ]);
    expect(records[0]?.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  });

  it("repeats no URL and no error text in what it says", async () => {
    const { verdict, records, status } = await call(() => {
      throw new TypeError("fetch failed: https://x.test/?token=SECRET");
    });
    expect(status).toBeNull();
    expect(verdict).toEqual({ kind: "retry", reason: "network error" });
    expect(JSON.stringify([verdict, records])).not.toContain("SECRET");
  });
});
