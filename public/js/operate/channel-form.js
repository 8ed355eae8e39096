import { byId, h } from "../dom.js";
import { requestError, write } from "../server.js";
import { bodyOf, field, fieldsOf, showFieldProblems } from "./channel-fields.js";
import { previewText } from "./channel-format.js";
import { showOnce } from "./shown-once.js";

/** @import { Act, ChannelKind, Field, FieldError } from "../../types.d.ts" */

/**
 * The form that adds a channel. What was typed stays until the server accepts it, for each kind by
 * itself; a secret goes once it is saved.
 * @param {Act} act
 */
export function channelForm(act) {
  const form = byId("add-channel", HTMLFormElement);
  const choice = byId("channel-kind", HTMLSelectElement);
  const preview = byId("channel-preview");
  const name = field(
    "name",
    {},
    h("input", { type: "text", autocomplete: "off", maxlength: "100" }),
  );
  byId("channel-name").replaceWith(name.row);
  let drawn = "";
  /** @type {readonly ChannelKind[]} */
  let kinds = [];
  /** @type {Map<string, Field[]>} */
  let settings = new Map();

  const settingFields = () => settings.get(choice.value) ?? [];
  const fields = () => [name, ...settingFields()];

  /**
   * Shows the kinds there are. They are drawn again only when they differ, so that nobody loses
   * what they type.
   * @param {readonly ChannelKind[]} known
   */
  function offer(known) {
    const now = JSON.stringify(known);
    if (now === drawn) return;
    drawn = now;
    const chosen = known.find(({ kind }) => kind === choice.value) ?? known[0];
    kinds = known;
    settings = new Map(
      kinds.map((each) => [each.kind, fieldsOf("settings", { type: "object", ...each.settings })]),
    );
    choice.replaceChildren(
      ...kinds.map((each) =>
        h("option", { value: each.kind, selected: each === chosen }, each.title),
      ),
    );
    showKind();
  }

  function showKind() {
    const { docs = "", off = null } = kinds.find(({ kind }) => kind === choice.value) ?? {};
    byId("channel-about").textContent =
      off === null
        ? unwrapped(docs)
        : `This server cannot send to it yet: ${off}.\n${unwrapped(docs)}`;
    byId("channel-settings").replaceChildren(...settingFields().map(({ row }) => row));
    showProblems([]);
  }

  /** @param {readonly FieldError[]} errors */
  const showProblems = (errors) =>
    byId("channel-problems").replaceChildren(
      ...showFieldProblems(fields(), errors).map(({ path, message }) =>
        h("li", {}, `${path} ${message}`),
      ),
    );

  /**
   * @param {string} path
   * @param {unknown} body
   */
  async function send(path, body) {
    showProblems([]);
    preview.replaceChildren();
    try {
      return await write("POST", path, body);
    } catch (error) {
      const { status, message, errors } = requestError(error);
      showProblems(status === 409 ? [{ path: "name", message }] : errors);
      throw error;
    }
  }

  async function add() {
    const body = { kind: choice.value, ...bodyOf(fields()) };
    const { shown_once: secrets, name: saved } = await send("/channels", body);
    const chosen = choice.value;
    form.reset();
    choice.value = chosen;
    showKind();
    if (secrets) showOnce(byId("channel-once"), saved, secrets);
    return `${saved} is added. Send it a test.`;
  }

  async function showPreview() {
    const { settings: given = {} } = bodyOf(settingFields());
    const body = { kind: choice.value, settings: given };
    const { previews } = await send("/channels/preview", body);
    const frame = { class: "preview", tabindex: "0", "aria-label": "Messages" };
    preview.replaceChildren(h("pre", frame, previewText(previews)));
    return "This is how a sample signal would look. Nothing was sent or saved.";
  }

  choice.addEventListener("change", showKind);
  byId("preview-channel").addEventListener("click", () => act(showPreview));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(add);
  });
  return { offer };
}

/**
 * Docs without the line ends inside of sentences, so that the page can wrap them itself.
 * @param {string} docs
 */
const unwrapped = (docs) => docs.replace(/([^.:;\n])\n(?!\n)/g, "$1 ");
