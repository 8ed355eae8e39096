import { byId, h } from "./dom.js";
import { read, write } from "./server.js";
import { ago, count } from "./words.js";

const EVERY = 3_000;
const RATES = [0.25, 0.5, 1];

/** What comes in, what is asked, and, where the services are stand-ins, how they fail. */
export function services(askForKey) {
  const dialog = byId("services");
  const parts = byId("services-parts");
  const note = byId("services-note");

  async function refresh() {
    try {
      const [{ sources }, { providers }] = await Promise.all([
        read("/sources"),
        read("/providers"),
      ]);
      const faults = await read("/faults").catch((error) =>
        error.status === 404 ? null : Promise.reject(error),
      );
      /* A choice that is open would be closed by being drawn anew. */
      if (parts.contains(document.activeElement)) return;
      parts.replaceChildren(
        sourceTable(sources),
        providerTable(providers),
        ...(faults === null ? [] : [dialTable(faults, turn)]),
      );
    } catch (error) {
      tell(error);
    }
  }

  function tell(error) {
    const ask = h("button", { type: "button", onclick: askForKey }, "Use a key");
    note.replaceChildren(
      error.message,
      " ",
      error.status === 401 || error.status === 403 ? ask : "",
    );
  }

  async function turn(name, fault, rate) {
    note.replaceChildren();
    const path = `/faults/${encodeURIComponent(name)}`;
    await (fault === "" ? write("DELETE", path) : write("PUT", path, { fault, rate })).catch(tell);
    document.activeElement?.blur();
    await refresh();
  }

  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  byId("services-close").addEventListener("click", () => dialog.close());
  let timer;
  dialog.addEventListener("close", () => clearInterval(timer));
  return {
    open() {
      note.replaceChildren();
      dialog.showModal();
      refresh();
      timer = setInterval(() => document.hidden || refresh(), EVERY);
    },
  };
}

const table = (title, heads, rows) => [
  h("h3", {}, title),
  h(
    "table",
    { class: "parts services" },
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...rows.map((cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, cell))))),
  ),
];
const section = (...of) => h("section", {}, ...table(...of));
const pill = (kind, text) => h("span", { class: "pill", "data-service": kind }, text);
const since = (time) => (time === null ? "–" : ago(time));

const sourceTable = (sources) =>
  section(
    "Sources",
    ["source", "", "polled", "cursor", "last answer"],
    sources.map(({ source, on, why, polled_at, moved_at, last_verdict }) => [
      source,
      on ? pill("closed", "on") : h("span", { class: "quiet" }, `off: ${why}`),
      since(polled_at),
      since(moved_at),
      last_verdict ?? "–",
    ]),
  );

const providerTable = (providers) =>
  section(
    "Services that are called",
    ["service", "breaker", "calls a minute", "budget left", "last answer"],
    providers.map(
      ({ provider, on, why, breaker, cause, calls_last_minute, per_minute, budget_left, last }) => [
        on ? provider : h("span", { class: "quiet" }, `${provider} (off: ${why})`),
        pill(breaker, cause === null ? breaker : `${breaker} · ${cause}`),
        per_minute === null ? "–" : `${calls_last_minute} of ${per_minute}`,
        budget_left === null ? "–" : count(budget_left),
        last === null ? "–" : `${last.kind}, ${ago(last.at)}`,
      ],
    ),
  );

function dialTable({ emulators, faults, active }, turn) {
  const choice = (label, values, chosen, act) =>
    h(
      "select",
      { "aria-label": label, onchange: ({ target }) => act(target.value) },
      ...values.map(([value, text]) =>
        h("option", { value, selected: value === String(chosen) }, text),
      ),
    );
  const rows = ["*", ...emulators].map((name) => {
    const { fault = "", rate = RATES[0] } = active[name] ?? {};
    const mixed = Array.isArray(fault) ? [["mixed", fault.join(", ")]] : [];
    const known = [["", "well"], ...mixed, ...faults.map((each) => [each, each])];
    return [
      name === "*" ? "all of them" : name,
      choice(`Fault of ${name}`, known, mixed.length > 0 ? "mixed" : fault, (value) =>
        turn(name, value, rate),
      ),
      choice(
        `Share of failing calls to ${name}`,
        RATES.map((each) => [String(each), `${each * 100} %`]),
        rate,
        (value) => fault !== "" && turn(name, fault, Number(value)),
      ),
    ];
  });
  return section("Faults of the stand-ins", ["stand-in", "fault", "of its calls"], rows);
}
