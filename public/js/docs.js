import { byId, h } from "./dom.js";
import { read } from "./server.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** The OpenAPI document for people: a line for each route that opens to what it takes and gives. */
function operation(
  path,
  method,
  { summary, description, parameters = [], requestBody, responses },
) {
  const [status, answer] = Object.entries(responses)[0];
  return h(
    "li",
    { class: "rule" },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("em", { class: "method", "data-method": method }, method.toUpperCase()),
        h("span", {}, h("code", {}, path), h("span", { class: "why" }, summary)),
      ),
      h(
        "div",
        { class: "operation" },
        description && h("p", { class: "quiet" }, description),
        parameters.length > 0 &&
          table(parameters.map((one) => [one.name, one.in, type(one.schema)])),
        ...Object.entries(requestBody?.content ?? {}).flatMap(([kind, { schema }]) => [
          h("p", { class: "quiet" }, `Body: ${kind}`),
          fields(schema),
        ]),
        ...Object.entries(answer.content ?? {}).flatMap(([kind, { schema }]) => [
          h("p", { class: "quiet" }, `${status}: ${kind}`),
          fields(schema),
        ]),
      ),
    ),
  );
}

const table = (rows) =>
  h(
    "table",
    { class: "parts" },
    h(
      "tbody",
      {},
      ...rows.map(([name, place, kind]) =>
        h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, `${place} · ${kind}`)),
      ),
    ),
  );

/** One level of an object's fields; the whole truth is in openapi.json. */
function fields(schema) {
  const required = new Set(schema?.required ?? []);
  const rows = Object.entries(schema?.properties ?? {}).map(([name, one]) => [
    name,
    required.has(name) ? "required" : "optional",
    type(one),
  ]);
  return rows.length > 0 ? table(rows) : null;
}

function type(schema) {
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(type).join(" | ");
  if (schema.type === "array") return `${type(schema.items ?? {})}[]`;
  return schema.type ?? "any";
}

try {
  const { paths } = await read("/openapi.json");
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) =>
      operation(path, method, methods[method]),
    ),
  );
  byId("operations").replaceChildren(h("ul", { class: "rules" }, ...rows));
} catch (error) {
  byId("operations").replaceChildren(h("p", { class: "empty" }, error.message));
}
