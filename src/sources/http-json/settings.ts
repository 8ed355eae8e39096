import * as z from "zod";

const Path = z
  .string()
  .regex(/^[\w-]+(\.[\w-]+)*$|^$/, "must be names separated by dots, as in data.list");
const found = z.templateLiteral(["path:", z.string().min(1)]);
const FIELDS = [
  "id",
  "text",
  "author",
  "posted_at",
  "url",
  "lang",
  "symbol",
  "token_ca",
  "chain",
] as const;

const noField: z.core.$ZodErrorMap = (issue) =>
  issue.code === "unrecognized_keys"
    ? `has no field ${issue.keys.join(", ")}: must be one of ${FIELDS.join(" ")}`
    : undefined;

/**
 * How one API is asked, and where its answers hold what. A misspelt name is refused, because it
 * would be missing without a word.
 */
export const JsonApi = z
  .strictObject({
    /** Becomes the posts' source. */
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,40}$/, "must be 1 to 41 of a-z 0-9 - _"),
    url: z.url({ protocol: /^https?$/, error: "must be an address that begins with https://" }),
    method: z.enum(["GET", "POST"]).default("GET"),
    /**
     * Sent as JSON. Here, in `url` and in `headers`, ${HTTP_JSON_...} stands for the variable or
     * secret of that name.
     */
    body: z.record(z.string(), z.unknown()).optional(),
    headers: z.record(z.string(), z.string()).default({}),
    every_minutes: z.int().min(1).max(1_440).optional(),
    /** Where the list is in the answer; "" when the answer is the list. */
    items: Path.default(""),
    /** Field of a post -> where it is in an item. */
    map: z
      .partialRecord(z.enum(FIELDS), Path, { error: noField })
      .refine(({ text }) => text !== undefined, {
        path: ["text"],
        error: "is missing: say where in an item the text is",
      }),
    /** Where the next poll begins: the greatest id so far, or a value found in the answer. */
    cursor: z
      .strictObject({
        param: z.string().min(1),
        from: z.union([z.literal("max:id"), found], 'must be "max:id" or "path:..."'),
      })
      .nullable()
      .default(null),
    /**
     * The next page of one answer: counted, named by a value or by a whole address in the answer,
     * or by its Link header.
     */
    pages: z
      .strictObject({
        param: z.string().min(1).optional(),
        from: z.union(
          [
            z.literal("number"),
            z.literal("link"),
            z.templateLiteral(["url:", z.string().min(1)]),
            found,
          ],
          'must be "number", "path:...", "url:..." or "link"',
        ),
        most: z.int().min(1).max(20).default(3),
      })
      .refine(
        ({ param, from }) => param !== undefined || from === "link" || from.startsWith("url:"),
        {
          path: ["param"],
          error: "is missing: name the parameter that the page goes into",
        },
      )
      .nullable()
      .default(null),
    /** Where cursor and page go. */
    params_in: z.enum(["query", "body"]).default("query"),
    etag: z.boolean().default(true),
  })
  .refine(
    ({ method, body, params_in }) =>
      method === "POST" || (body === undefined && params_in === "query"),
    {
      path: ["method"],
      error: "must be POST for a body",
    },
  );
export type JsonApi = z.output<typeof JsonApi>;

const Apis = z
  .string({ error: "is not set" })
  .transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch (error) {
      const [place] = /position \d+/.exec(String(error)) ?? [];
      context.addIssue({
        code: "custom",
        message: `is not JSON${place ? ` (${place})` : ""}: names and texts need double quotes`,
      });
      return z.NEVER;
    }
  })
  .pipe(
    z
      .array(JsonApi, { error: "must be a list: [{...}]" })
      .min(1)
      .refine(
        (apis) => new Set(apis.map(({ name }) => name)).size === apis.length,
        "names must differ",
      ),
  );

const SECRET = /\$\{(\w*)\}/g;
const namesIn = (text: string): string[] => [...text.matchAll(SECRET)].map(([, name = ""]) => name);

/** The text with each ${NAME} replaced by its value, written as its place needs it. */
export const withSecrets = (
  text: string,
  secrets: ApiSecrets,
  write: (value: string) => string = (value) => value,
): string => text.replace(SECRET, (_, name: string) => write(secrets[name] ?? ""));

export type ApiSecrets = Readonly<Record<string, string>>;
export const secretsOf = (settings: Readonly<Record<string, unknown>>): ApiSecrets =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      name.startsWith("HTTP_JSON_") && typeof value === "string" ? [[name, value]] : [],
    ),
  );

export const HttpJsonSettings = z
  .object({
    HTTP_JSON_SOURCES: Apis.describe(
      "A JSON array of APIs to poll (docs/sources.md); without it the source is off",
    ),
    HTTP_JSON_EVERY_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(5)
      .describe("Minutes between polls of an API that names no interval"),
  })
  .catchall(z.unknown())
  .superRefine((settings, context) => {
    const secrets = secretsOf(settings);
    for (const [at, { url, headers, body }] of settings.HTTP_JSON_SOURCES.entries()) {
      for (const [field, value] of Object.entries({ url, headers, body })) {
        for (const name of namesIn(JSON.stringify(value) ?? "")) {
          if (secrets[name] !== undefined) continue;
          const why = name.startsWith("HTTP_JSON_")
            ? "which is not set"
            : "but only names that begin with HTTP_JSON_ are read";
          context.addIssue({
            code: "custom",
            path: ["HTTP_JSON_SOURCES", at, field],
            message: `names ${name}, ${why}`,
          });
        }
      }
    }
  });
