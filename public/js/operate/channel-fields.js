import { h } from "../dom.js";

/** @import { Field, FieldError, FieldInput, SettingSchema } from "../../types.d.ts" */

/**
 * The inputs for a kind's settings, from their JSON schema. What does not fit is sent as it was
 * typed, so that the server says what is wrong with it.
 * @param {string} path
 * @param {SettingSchema} schema
 * @returns {Field[]}
 */
export function fieldsOf(path, schema) {
  if (schema.type !== "object") return [field(path, schema)];
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    fieldsOf(`${path}.${name}`, part),
  );
}

/**
 * @param {string} path
 * @param {SettingSchema} schema
 * @param {FieldInput} [input]
 * @returns {Field}
 */
export function field(path, schema, input = inputFor(schema)) {
  const problem = h("small", { class: "problem", id: `${path}-problem` });
  input.id = path;
  input.setAttribute("aria-describedby", problem.id);
  const name = path.replace(/^settings\./, "").replaceAll(".", ".\u200b");
  return {
    path,
    row: h("div", { class: "field" }, h("label", { for: path }, name), input, problem),
    input,
    value: () => typedValue(input, schema),
    showProblem(message) {
      problem.textContent = message;
      input.setAttribute("aria-invalid", String(message !== ""));
    },
  };
}

/**
 * @param {SettingSchema} schema
 * @returns {FieldInput}
 */
function inputFor(schema) {
  if (schema.enum)
    return h(
      "select",
      {},
      ...schema.enum.map((choice) => h("option", { selected: choice === schema.default }, choice)),
    );
  if (schema.type === "boolean") return h("input", { type: "checkbox" });
  if ((schema.maxLength ?? 0) >= 4_000) return h("textarea", { rows: "2", spellcheck: "false" });
  return h("input", {
    type: schema.secret ? "password" : "text",
    autocomplete: schema.secret ? "new-password" : "off",
    spellcheck: "false",
    placeholder: schema.type === "array" ? "several with commas" : null,
  });
}

/**
 * @param {FieldInput} input
 * @param {SettingSchema} schema
 */
function typedValue(input, schema) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked;
  const text = input.value.trim();
  if (text === "") return undefined;
  if (schema.type === "array") return text.split(",").flatMap((item) => item.trim() || []);
  return schema.type === "integer" && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/**
 * The body of a request: `settings.to` becomes `{settings: {to}}`. What was not given is left out.
 * @param {readonly Field[]} fields
 */
export function bodyOf(fields) {
  /** @type {Record<string, any>} */
  const body = {};
  for (const { path, value } of fields) {
    const given = value();
    if (given === undefined) continue;
    const names = path.split(".");
    const last = names.pop() ?? path;
    let place = body;
    for (const name of names) {
      place[name] ??= {};
      place = place[name];
    }
    place[last] = given;
  }
  return body;
}

/**
 * Shows each error beside its field and focuses the first of them.
 * @param {readonly Field[]} fields
 * @param {readonly FieldError[]} errors
 * @returns {FieldError[]} those that belong to no field
 */
export function showFieldProblems(fields, errors) {
  const left = new Set(errors);
  /** @type {FieldInput | undefined} */
  let first;
  for (const each of fields) {
    const own = errors.filter(({ path }) => path === each.path || path.startsWith(`${each.path}.`));
    each.showProblem(own.map(({ message }) => message).join("; "));
    for (const error of own) left.delete(error);
    if (own.length > 0) first ??= each.input;
  }
  first?.focus();
  return [...left];
}
