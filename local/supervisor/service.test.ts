import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { makeService, type Service } from "./service.ts";

const logs = mkdtempSync(join(tmpdir(), "service-"));
const said: string[] = [];
let service: Service | undefined;

afterEach(async () => {
  await service?.stop();
  rmSync(logs, { recursive: true });
});

/** Notes its start, writes a line to its log when it is told to, and lives on. */
const SCRIPT = `
  const { appendFileSync, existsSync, rmSync } = require("node:fs");
  appendFileSync("starts", "started\\n");
  setInterval(() => {
    if (!existsSync("say")) return;
    rmSync("say");
    console.log("[warn] the runtime crashed, so to speak");
  }, 20);
`;

it("starts a service again whose log says that it is lost, although its process lives", async () => {
  const starts = () => readFileSync(join(logs, "starts"), "utf8").split("\n").length - 1;
  service = makeService(
    {
      name: "worker",
      file: process.execPath,
      args: ["-e", SCRIPT],
      cwd: logs,
      healthy: () => vi.waitFor(() => starts(), { timeout: 60_000 }).then(() => undefined),
      lostBy: /runtime crashed/,
      logs,
    },
    {
      watchdog: { hold: () => undefined, release: () => undefined, drop: () => undefined },
      log: (line) => void said.push(line),
      changed: () => undefined,
    },
  );
  await service.start();
  for (const times of [1, 2]) {
    const before = service.pid();
    await vi.waitFor(() => expect(starts()).toBe(times), { timeout: 60_000 });
    writeFileSync(join(logs, "say"), "");
    await vi.waitFor(() => expect(said).toHaveLength(2 * times), { timeout: 60_000 });
    expect(service.pid()).not.toBe(before);
  }
  expect(said.slice(0, 2)).toEqual(
    ["! worker ended with SIGKILL", "✓ worker is back"].map((line) =>
      expect.stringContaining(line),
    ),
  );
}, 180_000);
