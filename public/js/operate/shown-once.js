import { button, h } from "../dom.js";

/**
 * A secret that no later answer shows. It stays on the page until the reader says that it is kept.
 * @param {HTMLElement} place
 * @param {string} owner
 * @param {Record<string, string | string[]>} secrets
 */
export function showOnce(place, owner, secrets) {
  const box = h("div", {});
  box.append(
    h("p", {}, `Keep the secret of ${owner} now, it is not shown again:`),
    h("code", {}, Object.values(secrets).flat().join(", ")),
    " ",
    button("I have kept it", () => box.remove(), { class: "act" }),
  );
  place.append(box);
}
