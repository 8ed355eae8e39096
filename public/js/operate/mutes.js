import { button, byId, emptyRow, h } from "../dom.js";
import { read, write } from "../server.js";

/** @import { Act, Mute } from "../../types.d.ts" */

/** The choice of a time of one's own, beside lengths in minutes. */
const UNTIL = "until";

/**
 * The tokens of which channels are not notified for a time, with a button that ends each, and a
 * form for another.
 * @param {Act} act
 */
export function mutesPanel(act) {
  const list = byId("mutes");
  const token = byId("mute-token", HTMLInputElement);
  const channel = byId("mute-channel", HTMLSelectElement);
  const length = byId("mute-for", HTMLSelectElement);
  const until = byId("mute-until", HTMLInputElement);

  length.addEventListener("change", () => {
    byId("mute-until-field").hidden = length.value !== UNTIL;
  });
  byId("add-mute").addEventListener("submit", (event) => {
    event.preventDefault();
    act(add);
  });

  async function add() {
    const name = token.value.trim();
    if (name === "") throw new Error("Name a token: a symbol such as PEPE, or an address.");
    if (length.value === UNTIL && until.value === "") throw new Error("Say until when.");
    await write("POST", "/mutes", {
      token: name,
      ...(channel.value && { channel: channel.value }),
      ...(length.value === UNTIL
        ? { until: new Date(until.value).toISOString() }
        : { minutes: Number(length.value) }),
    });
    token.value = "";
    return `${name} is muted.`;
  }

  /** @param {Mute} mute */
  async function end({ token, channel }) {
    const query = new URLSearchParams({ token, channel });
    await write("DELETE", `/mutes?${query}`);
    return `${channel} is notified of ${token} again.`;
  }

  /** @param {Mute} mute */
  const muteRow = (mute) =>
    h(
      "li",
      { class: "row" },
      h("b", {}, mute.token),
      h(
        "span",
        { class: "quiet" },
        `${mute.channel} · until ${new Date(mute.until).toLocaleString()} · ${mute.by}`,
      ),
      button("Unmute", () => act(() => end(mute)), {
        class: "act",
        "aria-label": `Unmute ${mute.token} in ${mute.channel}`,
      }),
    );

  /** The names that can be chosen, drawn anew only when they change. */
  let offered = "";

  async function refresh() {
    /** @type {[{ mutes: Mute[] }, { channels: { name: string }[] }]} */
    const [{ mutes }, { channels }] = await Promise.all([read("/mutes"), read("/channels")]);
    list.replaceChildren(
      ...(mutes.length === 0 ? [emptyRow("No token is muted.")] : mutes.map(muteRow)),
    );
    const names = channels.map(({ name }) => name);
    if (offered === JSON.stringify(names)) return;
    offered = JSON.stringify(names);
    const chosen = channel.value;
    channel.replaceChildren(
      h("option", { value: "" }, "every channel"),
      ...names.map((name) => h("option", { value: name }, name)),
    );
    channel.value = names.includes(chosen) ? chosen : "";
  }

  return { list, refresh };
}
