import { byId, h } from "../dom.js";
import { read, write } from "../server.js";
import { ago, many, score, tokenName } from "../words.js";

const EXAMPLES = 3;

/**
 * The rules in force as text: check it, see what it would have changed, put it in force, go back.
 */
export function rules(act) {
  const [area, problems, effect] = [byId("document"), byId("problems"), byId("effect")];
  let kept = "";

  async function open() {
    const [current, { versions }] = await Promise.all([read("/rules"), read("/rules/versions")]);
    byId("rules-version").textContent = `${current.rules} rules · ${current.sha.slice(0, 12)}`;
    if (area.value === kept) area.value = kept = current.document;
    byId("versions").replaceChildren(
      ...(versions.length === 0 ? [none("No others yet.")] : versions.map(version)),
    );
  }

  const version = ({ sha, author, activated_at: at, current }) =>
    h(
      "li",
      { class: "row" },
      h("code", {}, sha.slice(0, 12)),
      h("span", { class: "quiet" }, `${author} · ${ago(at)} ago`),
      current
        ? h("span", { class: "pill", "data-kind": "done" }, "in force")
        : h("button", { type: "button", onclick: () => act(() => rollback(sha)) }, "Go back to it"),
    );

  async function rollback(sha) {
    await write("POST", "/rules/rollback", { sha });
    area.value = kept = "";
    await open();
    return `${sha.slice(0, 12)} is in force again.`;
  }

  /** Problems are shown below the text, each leading to its place. */
  async function tried(method, path, body) {
    problems.replaceChildren();
    effect.replaceChildren();
    try {
      return await write(method, path, body);
    } catch (error) {
      if (error.status !== 422) throw error;
      problems.replaceChildren(...error.errors.map(problem));
      throw Object.assign(
        new Error(`${many(error.errors.length, "problem")} in the rules; nothing was changed.`),
        {
          status: 422,
        },
      );
    }
  }

  const problem = ({ line, column, message, suggestion }) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", onclick: () => goTo(line, column) },
        `line ${line}, column ${column}`,
      ),
      ` ${message}`,
      suggestion && h("span", { class: "quiet" }, ` ${suggestion}`),
    );

  function goTo(line, column) {
    const before = area.value.split("\n").slice(0, line - 1);
    const at = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
    area.focus();
    area.setSelectionRange(at, at + 1);
    area.scrollTop = (before.length - 5) * (area.scrollHeight / area.value.split("\n").length);
  }

  byId("check").addEventListener("click", () =>
    act(async () => {
      const { rules: count, warnings } = await tried("PUT", "/rules?dry_run", {
        document: area.value,
      });
      problems.replaceChildren(...warnings.map(problem));
      return `${count} rules, and they load.`;
    }),
  );
  byId("try").addEventListener("click", () =>
    act(async () => {
      const report = await tried("POST", "/rules/backtest", { rules: area.value });
      effect.replaceChildren(...told(report));
      return `Scored ${report.signals} stored signals anew.`;
    }),
  );
  byId("rules").addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => {
      const { sha } = await tried("PUT", "/rules", { document: area.value });
      kept = area.value;
      await open();
      return `In force as ${sha.slice(0, 12)}: the next signals are scored by it.`;
    });
  });

  return {
    open: () => open().catch((error) => problems.replaceChildren(h("li", {}, error.message))),
  };
}

const none = (text) => h("li", { class: "empty" }, text);

const told = ({
  score_changes: scores,
  state_changes: states,
  level_changes: levels,
  appear,
  vanish,
}) => [
  h(
    "p",
    {},
    `${scores} scores differ · ${levels.count} levels · ${states.count} states · ${appear.count} ` +
      `would notify and did not, ${vanish.count} the other way round`,
  ),
  h(
    "ul",
    {},
    ...[...states.examples, ...levels.examples]
      .slice(0, EXAMPLES)
      .map(({ event_key, before, after }) =>
        h(
          "li",
          {},
          h("b", {}, tokenName({ event_key })),
          ` ${score(before.score)} ${before.state} → ${score(after.score)} ${after.state}`,
        ),
      ),
  ),
];
