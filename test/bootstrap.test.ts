import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";

const BOOTSTRAP = join(import.meta.dirname, "../scripts/bootstrap.mjs");

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it.skipIf(process.platform === "win32")(
  "ends with the shell that npm started it in",
  async () => {
    const dir = mkdtempSync(join(tmpdir(), "bootstrap-"));
    const pidFile = join(dir, "pid");
    const script = join(dir, "stays.mjs");
    writeFileSync(
      script,
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(pidFile)}, ` +
        `String(process.pid)); setInterval(() => {}, 1000);`,
    );
    // The second command keeps the shell from becoming the first.
    const shell = spawn("sh", ["-c", `"${process.execPath}" "${BOOTSTRAP}" "${script}"; true`], {
      env: { ...process.env, npm_lifecycle_event: "start" },
      stdio: "ignore",
    });
    await vi.waitUntil(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "", {
      timeout: 20_000,
    });
    const pid = Number(readFileSync(pidFile, "utf8"));
    expect(alive(pid)).toBe(true);
    shell.kill("SIGTERM");
    await vi.waitUntil(() => !alive(pid), { timeout: 20_000 });
    rmSync(dir, { recursive: true });
  },
  60_000,
);

it("installs nothing that the lock file has no checksum of, on any platform", () => {
  const text = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
  const { packages } = JSON.parse(text) as { packages: Record<string, { integrity?: string }> };
  const unchecked = Object.entries(packages).filter(([name, { integrity }]) => name && !integrity);
  // Delete them from the lock file, then run npm install --package-lock-only.
  expect(unchecked.map(([name]) => name)).toEqual([]);
});
