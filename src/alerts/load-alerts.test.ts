import { describe, expect, it } from "vitest";
import { loadAlerts } from "./load-alerts.ts";

const file = (fields: string): string => `version: "1.0"
alerts:
  - name: Alert
    when: dead_letters > 0
    summary: "{dead_letters} wait"
${fields}`;

function problemsOf(text: string) {
  const read = loadAlerts(text, {});
  if (read.kind === "loaded") throw new Error("it loads");
  return read.problems.map(({ line, path, message, suggestion }) =>
    [line, path, message, ...(suggestion ? [suggestion] : [])].join(" | "),
  );
}

describe("a file of alerts", () => {
  it("is read with the defaults of what it leaves out", () => {
    const read = loadAlerts(file(""), {});
    expect(read).toMatchObject({
      kind: "loaded",
      value: {
        alerts: [
          {
            ...{ name: "Alert", scope: "pipeline", forMs: 0, severity: "warning", group: "Alert" },
            ...{ repeatMs: 4 * 3_600_000, resolve: true, channels: null, labels: {} },
          },
        ],
      },
    });
  });

  it.each([
    [
      "an unknown fact",
      file("").replace("dead_letters > 0", "dead_leters > 0"),
      /5?4 \| alerts\[0\].when \| .*dead_leters.*dead_letters/,
    ],
    [
      "a slip of the language",
      file("").replace("> 0", "=> 0"),
      /alerts\[0\].when .*\| write dead_letters >= 0/,
    ],
    [
      "a text compared with a number",
      file("").replace("dead_letters > 0", "channel_status > 0"),
      /alerts\[0\].when/,
    ],
    ["no condition at all", file("").replace("dead_letters > 0", "1 == 1"), /names no fact/],
    [
      "a span that is none",
      file("    for: 5 minutes\n"),
      /alerts\[0\].for \| must be a span such as 5m/,
    ],
    ["a window that is none", file("    window: 90s\n"), /alerts\[0\].window \| .*1m to 60m/],
    ["no window at all", file("    window: 0m\n"), /alerts\[0\].window \| .*1m to 60m/],
    ["a window too long", file("    window: 61m\n"), /alerts\[0\].window \| .*1m to 60m/],
    ["a repeat that storms", file("    repeat: 1s\n"), /alerts\[0\].repeat \| .*1m/],
    ["a severity that is none", file("    severity: high\n"), /alerts\[0\].severity/],
    [
      "a misspelt field",
      file("    sumary: x\n"),
      /sumary is no field here \| did you mean summary\?/,
    ],
    [
      "an unknown value in a text",
      file("").replace("{dead_letters}", "{dead_leters}"),
      /alerts\[0\].summary \| .*did you mean \{dead_letters\}/,
    ],
    [
      "a value of something else",
      file("").replace("{dead_letters}", "{channel_sends}"),
      /is a fact of a channel, and this alert is about the pipeline/,
    ],
    [
      "a name that stands twice",
      file("  - {name: Alert, when: rule_errors > 0, summary: x}\n"),
      /alerts\[1\].name \| another alert is called Alert/,
    ],
    ["another kind of file", "version: '1.0'\ngroups: []\n", /alerts/],
    ["a list in place of it", "- a\n", /it begins with version: and alerts:/],
  ])("is refused for %s, with field, problem and mend", (_, text, problem) => {
    expect(problemsOf(text).join("\n")).toMatch(problem);
  });

  it("is about one kind of thing an alert", () => {
    const both = "provider_calls > 0 and channel_sends > 0";
    expect(problemsOf(file("").replace("dead_letters > 0", both))).toEqual([
      "4 | alerts[0].when | names facts of a provider and of a channel: an alert is about one | " +
        "write an alert for each",
    ]);
  });

  it("reads the settings that rules read, and no other", () => {
    const text = file("").replace("> 0", "> ${THETA_DEAD:3}");
    const read = loadAlerts(text, { THETA_DEAD: "7" });
    expect(read).toMatchObject({ value: { alerts: [{ when: { text: "dead_letters > 7" } }] } });
    expect(problemsOf(file("").replace("> 0", "> ${ADMIN_KEY}"))[0]).toMatch(/alerts\[0\]/);
  });

  it("of any size is answered and not thrown", () => {
    expect(problemsOf("x".repeat(70_000))[0]).toContain("70000 bytes");
    expect(problemsOf(file(`    description: "${"(".repeat(3_000)}"\n`))[0]).toContain("2000");
    expect(problemsOf(file("").replace("dead_letters > 0", "(".repeat(900)))[0]).toMatch(/when/);
  });
});
