import { button, byId, emptyRow, h } from "../dom.js";
import { agoInText, many } from "../format.js";
import { RequestError, read, requestError, write } from "../server.js";
import { isTenant } from "../tenant.js";
import { backtestReport } from "./backtest-report.js";
import { problemRow } from "./rule-problems.js";
import { rulesCanary } from "./rules-canary.js";

/** @import { Act, FieldError, RulesInForce, RulesVersionRow } from "../../types.d.ts" */

/** @param {string} sha */
const shortSha = (sha) => sha.slice(0, 12);

/**
 * The rules in force as text: check them, see what they would have changed, put them in force, go
 * back to an earlier version.
 * @param {Act} act
 */
export function rulesEditor(act) {
  const area = byId("document", HTMLTextAreaElement);
  const problems = byId("problems");
  const effect = byId("effect");
  /** The text as the server has it: what differs from it was typed, and is not replaced. */
  let saved = "";

  const canary = rulesCanary(act, () => open());

  async function open() {
    if (!isTenant()) await canary.open();
    /** @type {[RulesInForce, { versions: RulesVersionRow[] }]} */
    const [current, { versions }] = await Promise.all([read("/rules"), read("/rules/versions")]);
    byId("rules-version").textContent = `${many(current.rules, "rule")} · ${shortSha(current.sha)}`;
    if (area.value === saved) {
      area.value = current.document;
      saved = area.value;
    }
    byId("versions").replaceChildren(
      ...(versions.length === 0 ? [emptyRow("No others yet.")] : versions.map(versionRow)),
    );
  }

  /** @param {RulesVersionRow} version */
  const versionRow = ({ sha, author, activated_at: at, current }) =>
    h(
      "li",
      { class: "row" },
      h("code", {}, shortSha(sha)),
      h("span", { class: "quiet" }, `${author} · ${agoInText(at)}`),
      current
        ? h("span", { class: "pill", "data-kind": "done" }, "in force")
        : button("Go back to it", () => act(() => rollback(sha))),
    );

  /** @param {string} sha */
  async function rollback(sha) {
    await write("POST", "/rules/rollback", { sha });
    saved = "";
    area.value = "";
    await open();
    return `${shortSha(sha)} is in force again.`;
  }

  /** @param {readonly FieldError[]} errors */
  const showProblems = (errors) =>
    problems.replaceChildren(...errors.map((error) => problemRow(area, error)));

  /**
   * Sends the rules. Their problems are shown below the text, each leading to its place.
   * @param {"PUT" | "POST"} method
   * @param {string} path
   * @param {unknown} body
   */
  async function sendRules(method, path, body) {
    showProblems([]);
    effect.replaceChildren();
    try {
      return await write(method, path, body);
    } catch (error) {
      const { status, errors } = requestError(error);
      if (status !== 422) throw error;
      showProblems(errors);
      const found = many(errors.length, "problem");
      throw new RequestError(`${found} in the rules; nothing was changed.`, status, errors);
    }
  }

  async function check() {
    const { rules, warnings } = await sendRules("PUT", "/rules?dry_run", { document: area.value });
    showProblems(warnings);
    return `The rules load: ${many(rules, "rule")}, ${many(warnings.length, "warning")}.`;
  }

  async function backtest() {
    const report = await sendRules("POST", "/rules/backtest", { rules: area.value });
    effect.replaceChildren(...backtestReport(report));
    return `Scored ${many(report.signals, "stored signal")} again.`;
  }

  async function publish() {
    const { sha } = await sendRules("PUT", "/rules", { document: area.value });
    saved = area.value;
    await open();
    return `In force as ${shortSha(sha)}. The next signals are scored by it.`;
  }

  byId("check").addEventListener("click", () => act(check));
  byId("try").addEventListener("click", () => act(backtest));
  byId("rules").addEventListener("submit", (event) => {
    event.preventDefault();
    act(publish);
  });

  return {
    open: () =>
      open().catch((error) => problems.replaceChildren(h("li", {}, requestError(error).message))),
  };
}
