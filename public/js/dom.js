// Everything on the page is made here, from text: posts come from strangers, so there is no
// innerHTML anywhere.

/**
 * @param {string} tag @param {Record<string, unknown>} [props] `class`, `data-*`, `aria-*`, other
 * attributes, and `on*` listeners
 * @param {...(Node | string | number | null | undefined | false)} children
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children
      .filter((child) => child !== null && child !== undefined && child !== false)
      .map(node),
  );
  return element;
}

const node = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));

export const byId = (id) => document.getElementById(id);

/** A link that a stranger gave: only http(s), opened without telling where from. */
export function outside(url, text) {
  const safe = URL.canParse(url ?? "") && /^https?:$/.test(new URL(url).protocol);
  return safe
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, text)
    : h("span", {}, text);
}
