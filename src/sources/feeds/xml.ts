import { decodeHTMLStrict } from "entities";
import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";
import { escapeHtml } from "../_shared/html.ts";

/** An element of a document that need not be well-formed. */
export type XmlElement = {
  /** In lower case, with the usual prefix of its namespace, whatever prefix the document uses. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** Character data is decoded once; a CDATA section is taken as it is. */
  children: (XmlElement | string)[];
  /** The address that completes relative references (XML Base). */
  base: string;
  /** Its end came: the document was not cut off inside it. */
  closed: boolean;
};

/** Elements below this depth are not made; their text belongs to the last one above. */
const MAX_DEPTH = 64;
const MAX_ATTRIBUTES = 64;
const MAX_PREFIXES = 32;
const MAX_ALIKE = 20;

/** The usual prefix by namespace name, without scheme and closing slash. */
const PREFIXES: Readonly<Record<string, string>> = {
  "purl.org/rss/1.0": "",
  "purl.org/rss/1.0/modules/rss091#": "",
  "my.netscape.com/rdf/simple/0.9": "",
  "channel.netscape.com/rdf/simple/0.9": "",
  "backend.userland.com/rss2": "",
  "www.w3.org/2005/atom": "atom",
  "purl.org/atom/ns#": "atom",
  "purl.org/rss/1.0/modules/content": "content",
  "purl.org/dc/elements/1.0": "dc",
  "purl.org/dc/elements/1.1": "dc",
  "purl.org/dc/terms": "dcterms",
  "search.yahoo.com/mrss": "media",
  "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
  "www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
  "www.w3.org/1999/xhtml": "xhtml",
};
const prefixOf = (namespace: string): string | undefined =>
  PREFIXES[
    namespace
      .trim()
      .toLowerCase()
      .replace(/^https?:\/\//, "")
      .replace(/\/$/, "")
  ];

/** The usual prefix that each prefix in scope stands for. */
type Scope = ReadonlyMap<string, string>;

function scopeOf(outer: Scope, attributes: XmlElement["attributes"]): Scope {
  const declared = Object.entries(attributes).filter(([name]) => /^xmlns(?::|$)/.test(name));
  if (declared.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, namespace] of declared) {
    const prefix = name.slice("xmlns:".length);
    if (scope.size < MAX_PREFIXES) scope.set(prefix, prefixOf(namespace) ?? prefix);
  }
  return scope;
}

function usualName(name: string, scope: Scope): string {
  const colon = name.indexOf(":");
  const prefix = colon === -1 ? "" : name.slice(0, colon);
  const usual = scope.get(prefix) ?? prefix;
  return usual === "" ? name.slice(colon + 1) : `${usual}:${name.slice(colon + 1)}`;
}

const decoded = (text: string): string => (text.includes("&") ? decodeHTMLStrict(text) : text);

const resolved = (reference: string | undefined, base: string): string =>
  reference !== undefined && URL.canParse(reference, base) ? new URL(reference, base).href : base;

const isNameStart = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code > 127;
const EXCLAMATION = 33;
const MARKUP = new Set([..."/!?:"].map((sign) => sign.charCodeAt(0)));

/** Where a section or comment that begins at `at` ends, else `at`; -1 when it never does. */
function endOfSection(document: string, at: number): number {
  if (document.startsWith("<![CDATA[", at)) return document.indexOf("]]>", at);
  return document.startsWith("<!--", at) ? document.indexOf("-->", at + 4) : at;
}

/** Replaces each `<` that begins no tag, so that "<3" ends no title. */
function withoutStrayAngles(document: string): string {
  const parts: string[] = [];
  let from = 0;
  let at = document.indexOf("<");
  while (at !== -1) {
    const next = document.charCodeAt(at + 1);
    const end = next === EXCLAMATION ? endOfSection(document, at) : at;
    if (end === -1) break;
    if (!isNameStart(next) && !MARKUP.has(next)) {
      if (from < at) parts.push(document.slice(from, at));
      parts.push("&lt;");
      from = at + 1;
    }
    at = document.indexOf("<", end + 1);
  }
  return from === 0 ? document : parts.join("") + document.slice(from);
}

type Open = { element: XmlElement; written: string; scope: Scope };

/**
 * The elements of a document, in one pass and in memory proportional to its size. Nothing is an
 * error: an end without a beginning is passed over, and what was not ended is marked. References
 * are those of HTML; a document's own are not expanded.
 */
export function readXml(source: string, base: string): XmlElement {
  const document = withoutStrayAngles(source);
  const root: XmlElement = { name: "", attributes: {}, children: [], base, closed: true };
  const stack: Open[] = [{ element: root, written: "", scope: new Map() }];
  const top = () => stack.at(-1) as Open;
  let written = "";
  let attribute = "";
  let value = "";
  let attributes: Record<string, string> = {};
  let count = 0;
  let tooDeep = 0;

  function open(selfClosing: boolean): void {
    if (stack.length > MAX_DEPTH) {
      if (!selfClosing) tooDeep++;
      return;
    }
    const outer = top();
    const scope = scopeOf(outer.scope, attributes);
    const element: XmlElement = {
      name: usualName(written, scope),
      attributes,
      children: [],
      base: resolved(attributes["xml:base"], outer.element.base),
      closed: selfClosing,
    };
    outer.element.children.push(element);
    if (!selfClosing) stack.push({ element, written, scope });
  }
  function close(name: string): void {
    if (tooDeep > 0) {
      tooDeep--;
      return;
    }
    const at = stack.findLastIndex((each) => each.written === name);
    if (at < 1) return;
    for (const { element } of stack.splice(at)) element.closed = true;
  }
  const say = (text: string) => void top().element.children.push(text);
  const ignore = (): void => undefined;

  const callbacks: TokenizerCallbacks = {
    ontext: (from, to) => say(decoded(document.slice(from, to))),
    ontextentity: ignore,
    oncdata: (from, to, endOffset) => say(document.slice(from, to - endOffset)),
    onopentagname(from, to) {
      written = document.slice(from, to).toLowerCase();
      attributes = {};
      count = 0;
    },
    onattribname(from, to) {
      attribute = document.slice(from, to).toLowerCase();
      value = "";
    },
    onattribdata(from, to) {
      value += document.slice(from, to);
    },
    onattribentity: ignore,
    onattribend() {
      if (count++ < MAX_ATTRIBUTES) attributes[attribute] ??= decoded(value);
    },
    onopentagend: () => open(false),
    onselfclosingtag: () => open(true),
    onclosetag: (from, to) => close(document.slice(from, to).trim().toLowerCase()),
    oncomment: ignore,
    ondeclaration: ignore,
    onprocessinginstruction: ignore,
    onend: ignore,
  };
  const tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: false }, callbacks);
  tokenizer.write(document);
  tokenizer.end();
  return root;
}

export const isElement = (child: XmlElement | string): child is XmlElement =>
  typeof child !== "string";

export const elementsOf = (element: XmlElement): XmlElement[] => element.children.filter(isElement);

const indexes = new WeakMap<XmlElement, ReadonlyMap<string, readonly XmlElement[]>>();

/** Made once for each element that is asked: an item may have thousands of children. */
function childIndex(element: XmlElement): ReadonlyMap<string, readonly XmlElement[]> {
  const known = indexes.get(element);
  if (known !== undefined) return known;
  const index = Map.groupBy(elementsOf(element), ({ name }) => name);
  indexes.set(element, index);
  return index;
}

/**
 * The children of these names, in the order of the names. Of many with one name the first count:
 * no reader needs more.
 */
export const childrenNamed = (element: XmlElement, ...names: string[]): XmlElement[] =>
  names.flatMap((name) => childIndex(element).get(name)?.slice(0, MAX_ALIKE) ?? []);

/** All children of a name. */
export const everyChild = (element: XmlElement, name: string): readonly XmlElement[] =>
  childIndex(element).get(name) ?? [];

/** Elements of a name within those of the outer names, which may stand in one another. */
export const descendantsNamed = (
  element: XmlElement,
  outer: readonly string[],
  name: string,
): XmlElement[] =>
  childrenNamed(element, ...outer).flatMap((child) => [
    ...childrenNamed(child, name),
    ...descendantsNamed(child, outer, name),
  ]);

/** The character data of an element and of all within it. */
export const characterData = (element: XmlElement): string =>
  element.children.map((child) => (isElement(child) ? characterData(child) : child)).join("");

/** Character data as one line of plain text. */
export const textOf = (element: XmlElement): string =>
  characterData(element).replace(/\s+/g, " ").trim();

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/**
 * An element's content as HTML. `html`: its character data is HTML itself, and what is within its
 * elements is text; `text`: all character data is text.
 */
export const htmlOf = (element: XmlElement, data: "html" | "text"): string =>
  element.children
    .map((child) => {
      if (!isElement(child)) return data === "html" ? child : escapeHtml(child);
      const name = localName(child.name);
      const href =
        name === "a"
          ? ` href="${escapeHtml(child.attributes.href ?? "").replaceAll('"', "&quot;")}"`
          : "";
      return `<${name}${href}>${htmlOf(child, "text")}</${name}>`;
    })
    .join("");
