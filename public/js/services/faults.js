import { h } from "../dom.js";
import { tableSection } from "./tables.js";

/** @import { EmulatorFaults } from "../../types.d.ts" */

const RATES = [0.25, 0.5, 1];
const DEFAULT_RATE = 0.25;
const ALL = "*";

/**
 * The emulators of outside services with the fault of each; `set` changes one, and an empty fault
 * ends it.
 * @param {EmulatorFaults} known
 * @param {(emulator: string, fault: string, rate: number) => unknown} set
 */
export function faultTable({ emulators, faults, active }, set) {
  const rows = [ALL, ...emulators].map((name) => {
    const { fault = "", rate = DEFAULT_RATE } = active[name] ?? {};
    const mixed = Array.isArray(fault);
    const options = [
      ["", "none"],
      ...(mixed ? [["mixed", fault.join(", ")]] : []),
      ...faults.map((each) => [each, each]),
    ];
    return [
      name === ALL ? "all of them" : name,
      choice(`Fault of ${name}`, options, mixed ? "mixed" : fault, (chosen) =>
        set(name, chosen, rate),
      ),
      choice(
        `Share of failing calls to ${name}`,
        RATES.map((each) => [String(each), `${each * 100} %`]),
        String(rate),
        (chosen) => !mixed && fault !== "" && set(name, fault, Number(chosen)),
      ),
    ];
  });
  return tableSection("Faults of the emulators", ["emulator", "fault", "of its calls"], rows);
}

/**
 * @param {string} label
 * @param {readonly (readonly string[])[]} options value and text of each
 * @param {string} chosen
 * @param {(value: string) => unknown} change
 */
function choice(label, options, chosen, change) {
  const select = h(
    "select",
    { "aria-label": label },
    ...options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
  select.addEventListener("change", () => change(select.value));
  return select;
}
