import { byId, emptyRow, h } from "../dom.js";
import { read, write } from "../server.js";
import { channelForm } from "./channel-form.js";
import { previewText, testText } from "./channel-format.js";
import { channelRow } from "./channel-row.js";

/** @import { Act, Channel, ChannelKind } from "../../types.d.ts" */

/** What the server answers instead of a secret. */
const REDACTED = "********";

/**
 * A secret, or a hook's address of which only the ends are shown.
 * @param {unknown} value
 */
const isRedacted = (value) =>
  value === REDACTED || (typeof value === "string" && /^https?:\/\/[^/]+\/…/.test(value));

/**
 * Where notifications go: each channel's state and filter, a test, a preview, pause, removal, and a
 * form for another.
 * @param {Act} act
 */
export function channelsPanel(act) {
  const list = byId("channels");
  const dialog = byId("remove-dialog", HTMLDialogElement);
  const form = channelForm(act);
  /**
   * The result of a channel's last test or preview, shown below its row.
   * @type {Map<number, HTMLElement>}
   */
  const results = new Map();
  /** @type {readonly Channel[]} */
  let rows = [];
  let drawn = "";
  /** @type {Channel | null} */
  let leaving = null;

  /** @type {Parameters<typeof channelRow>[1]} */
  const actions = {
    Test: (channel) => act(() => test(channel)),
    Preview: (channel) => act(() => preview(channel)),
    Pause: (channel) => act(() => setStatus(channel, "paused", "is paused: its deliveries wait.")),
    Resume: (channel) =>
      act(() => setStatus(channel, "active", "is active: waiting deliveries are sent.")),
    Remove: confirmRemoval,
  };

  async function refresh() {
    try {
      /** @type {{ channels: Channel[], kinds: ChannelKind[] }} */
      const known = await read("/channels");
      rows = known.channels;
      form.offer(known.kinds);
    } catch (error) {
      drawn = "";
      throw error;
    }
    const now = JSON.stringify(rows);
    if (now !== drawn) draw();
    drawn = now;
  }

  /** Drawing again takes the focus away; it goes back to the same button. */
  function draw() {
    const focused = document.activeElement?.id;
    list.replaceChildren(
      ...(rows.length === 0
        ? [emptyRow("No channels yet: notifications go nowhere.")]
        : rows.map((channel) => channelRow(channel, actions, results.get(channel.id)))),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  /**
   * @param {number} id
   * @param {HTMLElement | null} element
   */
  function showResult(id, element) {
    if (element === null) results.delete(id);
    else results.set(id, element);
    draw();
  }

  /** @param {Channel} channel */
  async function test({ id, name }) {
    showResult(id, h("p", { class: "result" }, "Sending a test …"));
    try {
      const tested = await write("POST", `/channels/${id}/test`);
      showResult(id, h("p", { class: "result", "data-bad": !tested.ok }, testText(tested)));
      return `${name} was tested.`;
    } catch (error) {
      showResult(id, null);
      throw error;
    }
  }

  /**
   * The page does not know the secrets, so the preview uses those of the kind's example.
   * @param {Channel} channel
   */
  async function preview({ id, kind, name, settings, filter }) {
    const known = Object.entries(settings).filter(([, value]) => !isRedacted(value));
    const { previews } = await write("POST", "/channels/preview", {
      kind,
      settings: Object.fromEntries(known),
      digest: filter.digest_minutes > 0,
    });
    const frame = { class: "preview", tabindex: "0", "aria-label": `Messages of ${name}` };
    showResult(id, h("pre", frame, previewText(previews)));
    return `This is how a sample signal would look in ${name}.`;
  }

  /**
   * @param {Channel} channel
   * @param {"paused" | "active"} status
   * @param {string} outcome
   */
  async function setStatus({ id, name }, status, outcome) {
    await write("PATCH", `/channels/${id}`, { status });
    return `${name} ${outcome}`;
  }

  /** @param {Channel} channel */
  function confirmRemoval(channel) {
    leaving = channel;
    byId("remove-title").textContent = `Remove ${channel.name}?`;
    dialog.returnValue = "";
    dialog.showModal();
  }

  dialog.addEventListener("close", () => {
    if (leaving === null || dialog.returnValue !== "remove") return;
    const { id, name } = leaving;
    act(async () => {
      await write("DELETE", `/channels/${id}`);
      results.delete(id);
      list.focus();
      return `${name} is removed.`;
    });
  });

  return { list, refresh };
}
