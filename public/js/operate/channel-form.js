import { byId, h } from "../dom.js";
import { write } from "../server.js";
import { bodyOf, field, fieldsOf } from "./channel-fields.js";
import { previewWords } from "./channel-words.js";

/**
 * Adds a channel. What was typed stays until the server took it, for each kind by itself; a secret
 * goes once it is saved.
 */
export function channelForm(act) {
  const [form, choice, places, about, rest, shown, once] = [
    "add-channel",
    "channel-kind",
    "channel-settings",
    "channel-about",
    "channel-problems",
    "channel-preview",
    "channel-once",
  ].map(byId);
  const name = field(
    "name",
    {},
    h("input", { type: "text", autocomplete: "off", maxlength: "100" }),
  );
  byId("channel-name").replaceWith(name.row);
  let offered = "";
  let kinds = [];
  let settings = new Map();

  const kind = () => kinds.find((each) => each.kind === choice.value);
  const fields = () => [name, ...(settings.get(choice.value) ?? [])];

  /**
   * The kinds there are; drawn again only when they differ, so that nobody loses what they type.
   */
  function offer(given) {
    const now = JSON.stringify(given);
    if (now === offered) return;
    offered = now;
    kinds = given;
    settings = new Map(
      kinds.map((each) => [each.kind, fieldsOf("settings", { type: "object", ...each.settings })]),
    );
    const chosen = kind()?.kind ?? kinds[0]?.kind;
    choice.replaceChildren(
      ...kinds.map(({ kind: value, title }) =>
        h("option", { value, selected: value === chosen }, title),
      ),
    );
    choose();
  }

  function choose() {
    const { docs, off } = kind();
    about.textContent = off === null ? docs : `This server cannot send to it yet: ${off}.\n${docs}`;
    places.replaceChildren(...(settings.get(choice.value) ?? []).map(({ row }) => row));
    tell([]);
  }

  /** Each problem beside its field, the first one focused; what has no field stands below. */
  function tell(errors) {
    const open = new Set(errors);
    let first;
    for (const each of fields()) {
      const own = errors.filter(
        ({ path }) => path === each.path || path.startsWith(`${each.path}.`),
      );
      each.tell(own.map(({ message }) => message).join("; "));
      for (const error of own) open.delete(error);
      if (own.length > 0) first ??= each.input;
    }
    rest.replaceChildren(
      ...[...open].map(({ path, message }) => h("li", {}, `${path} ${message}`)),
    );
    first?.focus();
  }

  async function tried(path, body) {
    tell([]);
    shown.replaceChildren();
    try {
      return await write("POST", path, body);
    } catch (error) {
      tell(
        error.status === 409 ? [{ path: "name", message: error.message }] : (error.errors ?? []),
      );
      throw error;
    }
  }

  /** Stays until it is said to be kept, whatever else is done here. */
  function keep(saved, minted) {
    const secret = h("code", {}, Object.values(minted).flat().join(", "));
    const box = h(
      "div",
      {},
      h("p", {}, `Keep the secret of ${saved} now, it is not shown again:`),
      secret,
      " ",
    );
    box.append(
      h("button", { type: "button", class: "act", onclick: () => box.remove() }, "I have kept it"),
    );
    once.append(box);
  }

  async function add() {
    const { shown_once: minted, name: saved } = await tried("/channels", {
      kind: choice.value,
      ...bodyOf(fields()),
    });
    const chosen = choice.value;
    form.reset();
    choice.value = chosen;
    choose();
    if (minted) keep(saved, minted);
    return `${saved} is added. Send it a test.`;
  }

  async function preview() {
    const { settings: given = {} } = bodyOf(fields());
    const { previews } = await tried("/channels/preview", { kind: choice.value, settings: given });
    shown.replaceChildren(
      h(
        "pre",
        { class: "preview", tabindex: "0", "aria-label": "Messages" },
        previewWords(previews),
      ),
    );
    return "So would it tell an invented signal. Nothing was sent or saved.";
  }

  choice.addEventListener("change", choose);
  byId("preview-channel").addEventListener("click", () => act(preview));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(add);
  });
  return { offer };
}
