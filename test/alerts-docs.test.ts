import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { ALERT_FACTS } from "../src/alerts/alert-facts.ts";
import { loadAlerts } from "../src/alerts/load-alerts.ts";
import { readTimeline } from "../src/alerts/timeline.ts";

const page = readFileSync(join(import.meta.dirname, "../docs/alerts.md"), "utf8");
const [example = "", timeline = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text = ""]) => text,
);

const rows = Object.entries(ALERT_FACTS).map(
  ([name, { scope, help }]) => `| \`${name}\` | ${scope} | ${help} |`,
);

it("the page of the alerts has each fact with its meaning", () => {
  expect(page).toContain(["| fact | of | means |", "|---|---|---|", ...rows, ""].join("\n"));
});

it("the examples of the page load", () => {
  expect(loadAlerts(example, {})).toMatchObject({ kind: "loaded" });
  expect(readTimeline(parse(timeline))).toMatchObject({ kind: "steps" });
});
