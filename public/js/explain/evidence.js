import { h, outsideLink } from "../dom.js";
import { agoInText, many, score } from "../format.js";

/**
 * @import { EventDetail } from "../../types.d.ts"
 * @typedef {EventDetail["evidence"]} Evidence
 */

const EVIDENCE_SHOWN = 30;

/**
 * The posts that the event is made of, the latest first.
 * @param {Evidence} evidence A page of them.
 * @param {number} total How many there are.
 */
export function evidenceSection(evidence, total) {
  const latest = [...evidence]
    .sort((a, b) => (a.posted_at < b.posted_at ? 1 : -1))
    .slice(0, EVIDENCE_SHOWN);
  const rest = total - latest.length;
  return h(
    "section",
    {},
    h("h3", {}, "Evidence"),
    h("ul", { class: "evidence" }, ...latest.map(postRow)),
    rest > 0 && h("p", { class: "quiet" }, `and ${many(rest, "earlier post")}`),
  );
}

/** @param {Evidence[number]} post */
const postRow = ({ excerpt, url, author, source, post_id: id, posted_at: at, sentiment }) =>
  h(
    "li",
    {},
    h("p", {}, excerpt),
    h(
      "p",
      { class: "quiet" },
      outsideLink(url, author),
      ` · ${source} · ${agoInText(at)}`,
      sentiment !== null && ` · sentiment ${score(sentiment)}`,
      " · ",
      h(
        "a",
        {
          href: `#post=${encodeURIComponent(source)}/${encodeURIComponent(id)}`,
          "aria-label": `steps of the post of ${author}`,
        },
        "steps",
      ),
    ),
  );
