import { byId, h } from "../dom.js";
import { read, write } from "../server.js";
import { channelForm } from "./channel-form.js";
import { filterWords, previewWords, stateOf, testWords } from "./channel-words.js";

const HIDDEN = "********";

/**
 * Where notifications go: each channel's state and filter, a test, a preview, pause, removal, and a
 * form for another.
 */
export function channels(act) {
  const list = byId("channels");
  const dialog = byId("remove-dialog");
  const form = channelForm(act);
  /** What a test or a preview of a channel gave, below its row. */
  const notes = new Map();
  let rows = [];
  let drawn = "";
  let leaving = null;

  async function refresh() {
    try {
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

  /** Drawing anew takes the focus away; it goes back to the same button. */
  function draw() {
    const focused = document.activeElement?.id;
    list.replaceChildren(
      ...(rows.length === 0
        ? [h("li", { class: "empty" }, "None yet: nobody is told.")]
        : rows.map(row)),
    );
    if (focused) byId(focused)?.focus();
  }

  function row(channel) {
    const { id, kind, name, filter, status } = channel;
    const { text, kind: tint, why } = stateOf(channel);
    const button = (verb, onclick) =>
      h(
        "button",
        {
          type: "button",
          class: "act",
          id: `channel-${id}-${verb}`,
          "aria-label": `${verb} ${name}`,
          onclick,
        },
        verb,
      );
    return h(
      "li",
      { class: "row channel", "data-channel": id },
      h("span", { class: "pill", "data-kind": tint }, text),
      h("b", {}, name),
      h("span", { class: "quiet" }, kind),
      why && h("p", { class: "why" }, why),
      h("p", { class: "quiet" }, filterWords(filter)),
      h(
        "p",
        { class: "acts" },
        button("Test", () => act(() => test(channel))),
        button("Preview", () => act(() => preview(channel))),
        status === "active"
          ? button("Pause", () =>
              act(() => set(channel, "paused", "is paused: its deliveries wait.")),
            )
          : button("Resume", () =>
              act(() => set(channel, "active", "is active: what waits goes out.")),
            ),
        button("Remove", () => ask(channel)),
      ),
      notes.get(id),
    );
  }

  function note(id, element) {
    notes.set(id, element);
    draw();
  }

  async function test({ id, name }) {
    note(id, h("p", { class: "result" }, "Sending a test …"));
    try {
      const tested = await write("POST", `/channels/${id}/test`);
      note(id, h("p", { class: "result", "data-bad": !tested.ok }, testWords(tested)));
      return `${name} was tested.`;
    } catch (error) {
      note(id, null);
      throw error;
    }
  }

  /** Secrets are not ours to send back: the kind's own example stands in for them. */
  async function preview({ id, kind, name, settings, filter }) {
    const known = Object.fromEntries(
      Object.entries(settings).filter(([, value]) => value !== HIDDEN),
    );
    const { previews } = await write("POST", "/channels/preview", {
      kind,
      settings: known,
      digest: filter.digest_minutes > 0,
    });
    note(
      id,
      h(
        "pre",
        { class: "preview", tabindex: "0", "aria-label": `Messages of ${name}` },
        previewWords(previews),
      ),
    );
    return `So would ${name} tell an invented signal.`;
  }

  async function set({ id, name }, status, words) {
    await write("PATCH", `/channels/${id}`, { status });
    return `${name} ${words}`;
  }

  function ask(channel) {
    leaving = channel;
    byId("remove-title").textContent = `Remove ${channel.name}?`;
    dialog.returnValue = "";
    dialog.showModal();
  }
  dialog.addEventListener("close", () => {
    const { id, name } = leaving;
    if (dialog.returnValue !== "remove") return;
    act(async () => {
      await write("DELETE", `/channels/${id}`);
      notes.delete(id);
      list.focus();
      return `${name} is removed.`;
    });
  });

  return { list, refresh };
}
