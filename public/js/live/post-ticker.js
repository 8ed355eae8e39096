import { button, byId, emptyRow, h } from "../dom.js";
import { spaced } from "../format.js";

/**
 * @import { LiveEvents } from "../../types.d.ts"
 * @typedef {LiveEvents["posts"]["posts"][number]} LivePost
 */

const POSTS_SHOWN = 9;

/**
 * The latest posts of the live stream.
 * @param {(source: string, id: string) => unknown} open shows what became of a post
 */
export function postTicker(open) {
  const list = byId("posts");
  list.replaceChildren(emptyRow("Waiting for posts …"));
  return {
    /** @param {readonly LivePost[]} posts */
    add(posts) {
      for (const empty of list.querySelectorAll(".empty")) empty.remove();
      for (const post of posts.slice(-POSTS_SHOWN)) list.prepend(postRow(post, open));
      while (list.children.length > POSTS_SHOWN) list.lastElementChild?.remove();
    },
  };
}

/**
 * @param {LivePost} post
 * @param {(source: string, id: string) => unknown} open
 */
const postRow = ({ outcome, reason, author, source, id, excerpt }, open) =>
  h(
    "li",
    { class: "post", "data-outcome": outcome },
    h(
      "span",
      { class: "pill", "data-kind": outcome },
      outcome === "dropped" && reason ? spaced(reason) : outcome,
    ),
    h(
      "p",
      {},
      button(excerpt || "(no text)", () => open(source, id)),
    ),
    h("p", { class: "quiet" }, `${author} · ${source}`),
  );
