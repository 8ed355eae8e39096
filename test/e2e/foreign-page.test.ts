import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../local/supervisor/ports.ts";
import { CHROMIUM, missing } from "../browser/chromium.ts";
import { startTestStack, type TestStack } from "./stack.ts";

/** A name of somewhere else, that this browser finds on this machine. */
const FOREIGN = "visited.example";

/** What a visited page may try against a port of this machine, all at once. */
const ATTACK = `async (ports) => {
  const attempt = (work) => Promise.resolve().then(work).catch(() => undefined);
  const outcomes = [];
  const sql = JSON.stringify({ query: "create table pwned()", params: [] });
  const lua = JSON.stringify(["EVAL", "return os.execute('touch /tmp/pwned')", "0"]);
  for (const port of ports) {
    const base = "http://127.0.0.1:" + port;
    for (const path of ["/", "/sql", "/ingest", "/set/pwned/1?_token=local", "/faults/goplus"]) {
      for (const body of [sql, lua, "ms=1"])
        outcomes.push(attempt(() => fetch(base + path, { method: "POST", mode: "no-cors", body })));
      outcomes.push(attempt(() => fetch(base + path).then((response) => response.status)));
      outcomes.push(attempt(() => fetch(base + path, { method: "PUT", body: "{}" })));
      navigator.sendBeacon(base + path, lua);
      new Image().src = base + path;
      const form = document.createElement("form");
      const frame = document.createElement("iframe");
      frame.name = "f" + Math.random();
      document.body.append(frame, form);
      Object.assign(form, { action: base + path, method: "POST", target: frame.name });
      form.submit();
    }
    outcomes.push(
      new Promise((done) => {
        const socket = new WebSocket("ws://127.0.0.1:" + port + "/v2");
        socket.onopen = () => done("open");
        socket.onerror = socket.onclose = () => done("refused");
        setTimeout(() => done("silent"), 5000);
      }),
    );
  }
  return Promise.all(outcomes);
}`;

describe.skipIf(missing)("a web page that a developer visits", () => {
  let stack: TestStack;
  let browser: Browser;
  let site: Server;
  let origin = "";

  beforeAll(async () => {
    stack = await startTestStack();
    const [port = 0] = await freePorts(1);
    origin = `http://${FOREIGN}:${port}`;
    site = createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<!doctype html><body>hello"),
    );
    await new Promise<void>((done) => site.listen(port, "127.0.0.1", done));
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        `--host-resolver-rules=MAP ${FOREIGN} 127.0.0.1`,
      ],
    });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await stack?.stop();
  });

  it("reads nothing of the local stack, changes nothing and opens no socket", async () => {
    const { ports } = JSON.parse(readFileSync(join(stack.dataDir, "stack.json"), "utf8")) as {
      ports: Record<string, number>;
    };
    const page = await browser.newPage();
    await page.goto(origin);
    const attack = `(${ATTACK})(${JSON.stringify(Object.values(ports))})`;
    const outcomes = (await page.evaluate(attack)) as unknown[];
    await page.waitForTimeout(1_000);
    expect(outcomes.filter((outcome) => outcome === "open")).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === 200)).toEqual([]);

    const redis = await fetch(`http://127.0.0.1:${ports.redis}/get/pwned`, {
      headers: { authorization: `Bearer ${stack.redisToken}` },
    });
    expect(await redis.json()).toEqual({ result: null });
    expect(await (await fetch(`${stack.emulators}/faults`)).json()).toEqual({});
    const statements = (await (await fetch(`http://127.0.0.1:${ports.neon}/`)).json()) as object;
    expect(statements).toMatchObject({ ok: true });
    const audit = await fetch(`${stack.url}/healthz`);
    expect(await audit.json()).toMatchObject({ status: "healthy" });
  });
});
