import { expect, it } from "vitest";
import { serveUpstash } from "../../local/redis/server.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { upstashClient, upstashRedis } from "./upstash.ts";

/** A busy machine may be slow; what is tested here is not time. */
const PATIENT_MS = 20_000;

/** The real client over the local stand-in, on a clock of its own. */
async function connected() {
  const [port = 0] = await freePorts(1);
  let now = 1_000_000;
  let downs = 0;
  const url = `http://127.0.0.1:${port}`;
  const start = () => serveUpstash({ port, token: "secret" });
  const stop = await start();
  const redis = upstashRedis(
    upstashClient(url, "secret", PATIENT_MS),
    () => now,
    () => downs++,
  );
  return { redis, url, start, stop, downs: () => downs, pass: (ms: number) => (now += ms) };
}

it("reads what was written, as it was written", async () => {
  const { redis, stop } = await connected();
  const entries = ['{"a":1}', "123", "null", "", "ü $DEMO 🚀"].map((value, i) => ({
    key: `k${i}`,
    value,
  }));
  expect(await redis.write(entries, 60)).toBe("ok");
  expect(await redis.read([...entries.map(({ key }) => key), "none"])).toEqual([
    ...entries.map(({ value }) => value),
    null,
  ]);
  stop();
});

it("claims what is free, tells who holds the rest, and lets go", async () => {
  const { redis, stop } = await connected();
  const claim = (value: string) =>
    redis.claim(
      [
        { key: "a", value },
        { key: value, value },
      ],
      60,
    );
  expect(await claim("me")).toEqual([null, null]);
  expect(await claim("you")).toEqual(["me", null]);
  await redis.remove(["a"]);
  expect(await claim("they")).toEqual([null, null]);
  stop();
});

it("says down, not why, and rests before it tries again", async () => {
  const { redis, stop, start, downs, pass } = await connected();
  stop();
  expect(await redis.read(["k"])).toBe("down");
  expect(await redis.write([{ key: "k", value: "v" }], 60)).toBe("down");
  expect(await redis.claim([{ key: "k", value: "v" }], 60)).toBe("down");
  expect(downs()).toBe(1);
  const again = await start();
  expect(await redis.remove(["k"])).toBe("down");
  pass(5_001);
  expect(await redis.write([{ key: "k", value: "v" }], 60)).toBe("ok");
  again();
});

it("is down with a token that is refused", async () => {
  const { url, stop } = await connected();
  expect(await upstashRedis(upstashClient(url, "wrong", PATIENT_MS), Date.now).read(["k"])).toBe(
    "down",
  );
  stop();
});
