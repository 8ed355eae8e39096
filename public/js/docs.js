import { byId, h } from "./dom.js";
import { read, requestError } from "./server.js";
import { theme } from "./theme.js";

/**
 * The parts of an OpenAPI document that the page shows.
 * @typedef {{
 *   $ref?: string,
 *   type?: string | string[],
 *   enum?: unknown[],
 *   const?: unknown,
 *   anyOf?: Schema[],
 *   items?: Schema,
 *   properties?: Record<string, Schema>,
 *   required?: string[],
 * }} Schema
 * @typedef {Record<string, { schema?: Schema }>} Content
 * @typedef {{
 *   summary?: string,
 *   description?: string,
 *   parameters?: { name: string, in: string, schema?: Schema }[],
 *   requestBody?: { content?: Content },
 *   responses?: Record<string, { content?: Content }>,
 * }} Operation
 */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * A route as a line that opens to its parameters, its body and its first answer.
 * @param {string} path
 * @param {string} method
 * @param {Operation} operation
 */
function operationRow(path, method, operation) {
  const { summary = "", description, parameters = [], requestBody, responses = {} } = operation;
  const [status = "", answer = {}] = Object.entries(responses)[0] ?? [];
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
          fieldTable(parameters.map((one) => [one.name, one.in, typeName(one.schema)])),
        ...contentParts("Body", requestBody?.content),
        ...contentParts(status, answer.content),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {Content} [content]
 */
const contentParts = (title, content = {}) =>
  Object.entries(content).flatMap(([kind, { schema }]) => [
    h("p", { class: "quiet" }, `${title}: ${kind}`),
    fields(schema),
  ]);

/** @param {readonly string[][]} rows name, place and type of each */
const fieldTable = (rows) =>
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

/**
 * One level of an object's fields; openapi.json has all of them.
 * @param {Schema} [schema]
 */
function fields(schema = {}) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, one]) => [
    name,
    required.has(name) ? "required" : "optional",
    typeName(one),
  ]);
  return rows.length > 0 ? fieldTable(rows) : null;
}

/**
 * @param {Schema} [schema]
 * @returns {string}
 */
function typeName(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").at(-1) ?? schema.$ref;
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(typeName).join(" | ");
  if (schema.type === "array") return `${typeName(schema.items)}[]`;
  return [schema.type ?? "any"].flat().join(" | ");
}

byId("theme").addEventListener("click", theme().toggle);

const operations = byId("operations");
try {
  /** @type {{ paths: Record<string, Record<string, Operation>> }} */
  const { paths } = await read("/openapi.json");
  const rows = Object.entries(paths).flatMap(([path, byMethod]) =>
    METHODS.flatMap((method) => {
      const operation = byMethod[method];
      return operation ? [operationRow(path, method, operation)] : [];
    }),
  );
  operations.replaceChildren(h("ul", { class: "rules" }, ...rows));
} catch (error) {
  operations.replaceChildren(h("p", { class: "empty" }, requestError(error).message));
}
