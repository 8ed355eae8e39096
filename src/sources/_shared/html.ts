import { decodeHTMLStrict } from "entities";
import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";
import { MAX_POST_LINKS, MAX_URL, type PostLink } from "../../model/raw-post.ts";
import { keptLinks } from "./links.ts";

/** Character references to characters; other text stays as written. */
export const unescapeHtml = (text: string): string => decodeHTMLStrict(text);

export const escapeHtml = (text: string): string =>
  text.replace(/[&<]/g, (sign) => (sign === "&" ? "&amp;" : "&lt;"));

/** Elements that begin a line of their own. */
const BLOCKS = new Set(
  (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt " +
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li " +
    "main menu nav noscript ol optgroup option p pre section select summary table tbody tfoot " +
    "thead title tr ul"
  ).split(" "),
);
/** Elements that stand apart from the words around them, within the line. */
const APART = new Set("audio button canvas iframe img input object svg td th video".split(" "));
/** Elements whose content nobody reads. */
const UNREAD = new Set("iframe noembed noframes script style template".split(" "));
const MAX_LINK_WORDS = 300;

/** Not allowed in XML, and of no use in a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** A text for reading: one blank between words, one line break between lines. */
export const tidyText = (text: string): string =>
  text
    .replace(CONTROLS, "")
    .replace(/[^\S\n]+/g, " ")
    .replace(/\s*\n\s*/g, "\n")
    .trim();

/** The address in full if it is one of the web; `base` completes a relative one. */
export function fullAddress(reference: string, base?: string): string | null {
  const text = reference.trim();
  if (text === "" || !URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const full = URL.canParse(text) && !/\s/.test(text) ? text : url.href;
  return full.length <= MAX_URL ? full : null;
}

export type ReadHtml = {
  /** It is for analysis, not for display: it may look like HTML again. */
  text: string;
  links: PostLink[];
};

/**
 * The text and the links of an HTML fragment, in one pass of the HTML Standard's tokenizer. `base`
 * completes relative links; without it they are left out.
 */
export function readHtml(html: string, base?: string): ReadHtml {
  const parts: string[] = [];
  const links: PostLink[] = [];
  let tag = "";
  let attribute = "";
  let href = "";
  let unread = "";
  let anchor: { url: string; from: number } | null = null;

  function endAnchor(): void {
    if (anchor === null) return;
    const words = tidyText(parts.slice(anchor.from).join(""));
    links.push({ url: anchor.url, ...(words && { text: words.slice(0, MAX_LINK_WORDS) }) });
    anchor = null;
  }
  function separate(name: string): void {
    if (BLOCKS.has(name)) parts.push("\n");
    else if (APART.has(name)) parts.push(" ");
  }
  function onOpen(): void {
    separate(tag);
    if (UNREAD.has(tag)) unread = tag;
    if (tag !== "a") return;
    endAnchor();
    const url = links.length < MAX_POST_LINKS ? fullAddress(href, base) : null;
    if (url !== null) anchor = { url, from: parts.length };
  }
  const ignore = (): void => undefined;
  const isHref = () => tag === "a" && attribute === "href";

  const callbacks: TokenizerCallbacks = {
    ontext: (from, to) => void (unread === "" && parts.push(html.slice(from, to))),
    ontextentity: (code) => void (unread === "" && parts.push(String.fromCodePoint(code))),
    onopentagname(from, to) {
      tag = html.slice(from, to).toLowerCase();
      href = "";
    },
    onattribname(from, to) {
      attribute = html.slice(from, to).toLowerCase();
    },
    onattribdata(from, to) {
      if (isHref()) href += html.slice(from, to);
    },
    onattribentity(code) {
      if (isHref()) href += String.fromCodePoint(code);
    },
    onattribend: ignore,
    onopentagend: onOpen,
    onselfclosingtag: onOpen,
    onclosetag(from, to) {
      const name = html.slice(from, to).toLowerCase();
      if (name === unread) unread = "";
      if (name === "a") endAnchor();
      separate(name);
    },
    oncdata: ignore,
    oncomment: ignore,
    ondeclaration: ignore,
    onprocessinginstruction: ignore,
    onend: endAnchor,
  };
  const tokenizer = new Tokenizer({ xmlMode: false, decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return { text: tidyText(parts.join("")), links: keptLinks(links) };
}

export const htmlText = (html: string): string => readHtml(html).text;
