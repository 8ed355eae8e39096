// Every element of the page is made here, from text. Posts come from strangers, so nothing on the
// page uses innerHTML.

/** @import { Child, Props } from "../types.d.ts" */

/**
 * Makes an HTML element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props] `class`, `data-*`, `aria-*`, other attributes, and `on*` listeners
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/**
 * Makes an SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Props} props
 * @param {readonly Child[]} children
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      element.addEventListener(name.slice(2), (event) => value(event));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * The children that are there, as nodes: numbers become text.
 * @param {readonly Child[]} children
 */
export const present = (children) =>
  children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));

/**
 * The element of the page with this id.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} [type] the element's class, where the caller uses more than HTMLElement has
 * @returns {E}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found === null || (type && !(found instanceof type)))
    throw new Error(`the page has no ${type?.name ?? "element"} #${id}`);
  return /** @type {E} */ (found);
}

/**
 * The elements that match a selector, without those of other classes.
 * @template {HTMLElement} E
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => E} type
 * @returns {E[]}
 */
export function elements(parent, selector, type) {
  /** @type {E[]} */
  const found = [];
  for (const element of parent.querySelectorAll(selector))
    if (element instanceof type) found.push(element);
  return found;
}

/**
 * A button of the page that does something by itself: it submits no form.
 * @param {string} text
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {Props} [props]
 */
export const button = (text, onclick, props = {}) =>
  h("button", { type: "button", onclick, ...props }, text);

/**
 * A row of a list that says why the list is empty.
 * @param {...Child} children
 */
export const emptyRow = (...children) => h("li", { class: "empty" }, ...children);

/**
 * A link to a URL that a stranger gave: http(s) alone, opened without a referrer. Any other URL is
 * shown as text.
 * @param {string | null | undefined} url
 * @param {string} text
 */
export function outsideLink(url, text) {
  return url && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, text)
    : h("span", {}, text);
}
