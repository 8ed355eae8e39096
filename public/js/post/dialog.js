import { button, byId, h, present } from "../dom.js";
import { agoInText } from "../format.js";
import { read, requestError } from "../server.js";
import { duration, waterfall } from "./waterfall.js";

/** @import { PostShown } from "../../types.d.ts" */

const PREFIX = "#post=";

/** What became of one post: every step with its own time, as a waterfall. */
export function postDialog() {
  const dialog = byId("post", HTMLDialogElement);
  const close = button("×", () => dialog.close(), { class: "close", "aria-label": "Close" });
  let current = "";

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    current = "";
    if (location.hash.startsWith(PREFIX))
      history.replaceState(null, "", location.pathname + location.search);
  });

  /**
   * @param {string} source
   * @param {string} id
   */
  async function open(source, id) {
    const path = `${encodeURIComponent(source)}/${encodeURIComponent(id)}`;
    current = path;
    history.replaceState(null, "", PREFIX + path);
    dialog.replaceChildren(close, title("Post"), h("p", { class: "empty" }, "Loading …"));
    if (!dialog.open) dialog.showModal();
    /** @type {PostShown | Error} */
    const shown = await read(`/posts/${path}`).catch(requestError);
    if (current !== path) return;
    dialog.replaceChildren(
      close,
      ...(shown instanceof Error
        ? [title("Post"), h("p", { class: "empty" }, shown.message)]
        : content(shown)),
    );
  }

  return {
    open,
    /** Opens the post that the page's address names, if it names one. */
    openAddressed() {
      if (!location.hash.startsWith(PREFIX)) return;
      const [source, id] = location.hash.slice(PREFIX.length).split("/").map(decoded);
      if (source && id) open(source, id);
    },
  };
}

/** @param {string} text of an address: one that was cut is taken as it stands */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string} text */
const title = (text) => h("h2", { id: "post-title" }, text);

/** @param {PostShown} post */
function content({ source, id, author, text, outcome, posted_at: posted, trace, steps, ...spent }) {
  const { spent_ms: ms, budget_ms: budget } = spent;
  return present([
    title(`${source}: ${id}`),
    h("p", { class: "summary" }, text),
    h(
      "p",
      { class: "quiet" },
      `${author} · posted `,
      h("time", { datetime: posted, title: posted }, agoInText(posted)),
      ` · ${outcome ?? "not judged yet"}`,
    ),
    ms !== null &&
      h(
        "p",
        { class: ms > budget ? "missing" : "quiet" },
        `${duration(ms)} of work, each stage at its longest; the budget is ${duration(budget)}.`,
      ),
    trace && h("p", { class: "quiet trace" }, "Trace ", h("code", {}, trace.split("-")[1] ?? "")),
    waterfall(steps),
  ]);
}
