import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AlertsView, alertsView } from "../src/alerts/alerts-view.ts";
import { NOTHING_KEPT } from "../src/alerts/kept-alerts.ts";
import type { AlertSilence } from "../src/alerts/silence.ts";
import { apiApp } from "../src/api/app.ts";
import { alertsOf, DEFAULT_ALERTS, shownAlerts } from "../test/support/alerts.ts";
import { fakePorts, NOW } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { alerts } from "./commands/alerts.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "alerts-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** The command before the whole HTTP interface. */
function operator() {
  const silences: AlertSilence[] = [];
  const pushed: string[] = [];
  const ports = fakePorts({
    alerts: {
      ...shownAlerts(),
      current: async () => alertsOf(DEFAULT_ALERTS),
      view: async (): Promise<AlertsView> =>
        alertsView({ ...NOTHING_KEPT, silences: [...silences] }, NOW),
      addSilence: async (silence) => silences.push(silence) > 0,
      async endSilence(id) {
        silences.splice(
          silences.findIndex((each) => each.id === id),
          1,
        );
        return true;
      },
    },
    async publishList(name, text, record) {
      await record("");
      pushed.push(`${name} ${text.length}`);
      return { kind: "loaded" };
    },
  });
  const app = apiApp(ports);
  async function ran(args: string[], json = false) {
    const { code, out, err } = await runCommand(alerts, args, app, { json });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }
  return { ran, silences, pushed, auditLog: ports.ownRows("default") };
}

describe("stream alerts check", () => {
  it("takes the shipped file, and refuses one with line, field and mend", async () => {
    const { ran } = operator();
    expect(await ran(["check"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/20 alerts/),
    });
    const bad = written(
      "bad.yml",
      'version: "1.0"\nalerts:\n  - {name: A, when: dead_leters > 0, summary: x}\n',
    );
    const { code, err } = await ran(["check", bad]);
    expect(code).toBe(1);
    expect(err).toMatch(/bad.yml:3:\d+: error: alerts\[0\].when: .*dead_leters/);
    expect(err).toMatch(/dead_letters/);
  });
});

describe("stream alerts test", () => {
  it("says what would fire, and after how long", async () => {
    const { ran } = operator();
    const { code, out } = await ran([
      ...["test", "--fact", "dead_letters=3"],
      ...["--fact", "goplus:provider_breaker_open=1"],
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/5 min\s+firing\s+warning\s+ProviderBreakerOpen\s+goplus/);
    expect(out).toMatch(/5 min\s+firing\s+warning\s+DeadLetters.*3 dead letters/);
    expect(await ran(["test", "--fact", "dead_letters=0"])).toMatchObject({
      code: 1,
      out: "nothing would fire",
    });
  });

  it("plays facts over time from a file, repeats and the end included", async () => {
    const { ran } = operator();
    const facts = written(
      "facts.yml",
      "- {at: 0m, provider: {x: {provider_breaker_open: true}}}\n" +
        "- {at: 5h, provider: {x: {provider_breaker_open: false}}}\n",
    );
    const { out } = await ran(["test", "--facts", facts], true);
    const changes = out.split("\n").map((line) => JSON.parse(line));
    expect(changes.map(({ atMs, change }) => [atMs / 60_000, change])).toEqual([
      [0, "pending"],
      [5, "firing"],
      [245, "repeated"],
      [300, "resolved"],
    ]);
  });

  it.each([
    [["test"], /give facts/],
    [["test", "--fact", "dead_leters=1"], /did you mean dead_letters\?/],
    [["test", "--fact", "dead_letters=many"], /is a number/],
    [["test", "--fact", "x"], /NAME=VALUE/],
    [["tset"], /did you mean test/],
    [["nothing"], /use one of list/],
  ])("refuses %j", async (args, message) => {
    const failure = await operator()
      .ran(args)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(message);
  });
});

describe("stream alerts silence", () => {
  it("keeps quiet what it names, with who and until when, in the audit log", async () => {
    const { ran, silences, auditLog } = operator();
    const args = ["silence", "ProviderBreakerOpen", "--subject", "goplus", "--for", "4h"];
    expect(await ran([...args, "--comment", "known"])).toMatchObject({ code: 0 });
    expect(silences).toMatchObject([
      {
        ...{ alert: "ProviderBreakerOpen", subject: "goplus", severity: null, comment: "known" },
        ...{ by: "ADMIN_KEY", until: new Date(NOW + 4 * 3_600_000).toISOString() },
      },
    ]);
    expect((await ran(["list"])).out).toContain("ProviderBreakerOpen");
    const [{ id }] = silences as [AlertSilence];
    expect(await ran(["unsilence", id])).toMatchObject({ code: 0 });
    expect(silences).toEqual([]);
    const any = { action: null, subject: null, keyId: null, since: null, until: null };
    const { items } = await auditLog.auditLog(any, { limit: 10, cursor: null });
    expect(items.map(({ action, subject }) => [action, subject])).toEqual([
      ["endAlertSilence", `alert-silence/${id}`],
      ["silenceAlerts", `alert-silence/${id}`],
    ]);
  });

  it("of an alert that there is not is refused with the name that was meant", async () => {
    const { ran } = operator();
    await expect(ran(["silence", "ProviderBreakersOpen", "--for", "1h"])).rejects.toThrow(
      /did you mean ProviderBreakerOpen\?/,
    );
  });
});

it("pushes a file that it has checked", async () => {
  const { ran, pushed } = operator();
  expect(await ran(["push"])).toMatchObject({ code: 0, out: expect.stringContaining("in force") });
  expect(pushed).toEqual([`alerts ${DEFAULT_ALERTS.length}`]);
});
