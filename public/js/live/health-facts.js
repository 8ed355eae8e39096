import { h, present } from "../dom.js";
import { many } from "../format.js";

/** @import { Health } from "../../types.d.ts" */

/**
 * The line beside the name: the health, what is wrong first, the version and the rules in force.
 * @param {HTMLElement} line
 * @param {Health | null} health null: the server did not answer
 */
export function showFacts(line, health) {
  line.dataset.status = health?.status ?? "unhealthy";
  line.title = health?.notes?.join("\n") ?? "";
  if (health === null) return line.replaceChildren("no answer");
  const { status, version, rules } = health;
  const [first, ...others] = status === "healthy" ? [] : problemsOf(health);
  line.replaceChildren(
    ...present([
      status === "healthy" ? status : h("a", { href: "/healthz" }, status),
      first && `: ${first}`,
      others.length > 0 && ` and ${others.length} more`,
      ` · v${version} · rules ${rules.version?.slice(0, 7) ?? "none"}`,
    ]),
  );
}

/**
 * What is wrong; who may not read the notes learns what is counted.
 * @param {Health} health
 */
function problemsOf({ database, redis, rules, alerts, notes }) {
  const firing = alerts === null ? 0 : alerts.critical + alerts.warning + alerts.info;
  return [
    database === "connected" ? "" : `database ${database}`,
    redis === "unreachable" ? "Redis unreachable" : "",
    rules.version === null ? "no rules" : "",
    ...(notes ?? [firing > 0 ? `${many(firing, "alert")} ${firing === 1 ? "fires" : "fire"}` : ""]),
  ].filter(Boolean);
}
