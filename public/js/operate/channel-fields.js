import { h } from "../dom.js";

/**
 * The inputs for one part of a kind's settings, from its JSON schema: `path` is its name in the
 * server's errors, `value` what was given (undefined: nothing). What does not fit is sent as it was
 * typed, so that the server says what is wrong with it.
 */
export function fieldsOf(path, schema) {
  if (schema.type !== "object") return [field(path, schema)];
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    fieldsOf(`${path}.${name}`, part),
  );
}

/**
 * @param {string} path @param {object} schema @param {HTMLElement} [input] one that the page holds
 * already
 */
export function field(path, schema, input = inputFor(schema)) {
  const problem = h("small", { class: "problem", id: `${path}-problem` });
  input.id = path;
  input.setAttribute("aria-describedby", problem.id);
  const label = h(
    "label",
    { for: path },
    path.replace(/^settings\./, "").replaceAll(".", ".\u200b"),
  );
  return {
    path,
    row: h("div", { class: "field" }, label, input, problem),
    input,
    value: () => typed(input, schema),
    tell(message) {
      problem.textContent = message;
      input.setAttribute("aria-invalid", String(message !== ""));
    },
  };
}

function inputFor(schema) {
  if (schema.enum)
    return h(
      "select",
      {},
      ...schema.enum.map((choice) => h("option", { selected: choice === schema.default }, choice)),
    );
  if (schema.type === "boolean") return h("input", { type: "checkbox" });
  if (schema.maxLength >= 4_000) return h("textarea", { rows: "2", spellcheck: "false" });
  const placeholder = schema.type === "array" ? "several with commas" : null;
  return h("input", {
    type: schema.secret ? "password" : "text",
    autocomplete: schema.secret ? "new-password" : "off",
    spellcheck: "false",
    placeholder,
  });
}

function typed(input, schema) {
  if (input.type === "checkbox") return input.checked;
  const text = input.value.trim();
  if (text === "") return undefined;
  if (schema.type === "array") return text.split(",").flatMap((item) => item.trim() || []);
  return schema.type === "integer" && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** `{"settings.to": x, name: y}` as `{settings: {to: x}, name: y}`, without what was not given. */
export function bodyOf(fields) {
  const body = {};
  for (const { path, value } of fields) {
    const names = path.split(".");
    const last = names.pop();
    const given = value();
    if (given === undefined) continue;
    let place = body;
    for (const name of names) place = place[name] ??= {};
    place[last] = given;
  }
  return body;
}
