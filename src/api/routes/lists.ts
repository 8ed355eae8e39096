import * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { utf8Length } from "../../kit/utf8.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

/** A list may hold thousands of names: the audit log tells which text it was. */
const digestOf = (text: string) => ({ sha256: sha256Hex(text), bytes: utf8Length(text) });

const MAX_LIST_BYTES = 256 * 1024;

/** `path`: the field, where a list has fields. */
type ListFault = { line: number; message: string; path?: string; suggestion?: string };

const faultShown = ({ line, message, path, suggestion }: ListFault) => ({
  path: path ? `line ${line}, ${path}` : `line ${line}`,
  message: suggestion ? `${message} (${suggestion})` : message,
});

/** How publishing a list ended: every problem names its line. */
export type PublishedList =
  | { kind: "loaded" }
  | { kind: "rejected"; problems: ListFault[] }
  | { kind: "unknown"; lists: string[] };
export type ListPorts = {
  /** `record` hears of the text in use, once the new one can be read and before it is put. */
  publishList(
    name: string,
    text: string,
    record: (before: string) => Promise<void>,
  ): Promise<PublishedList>;
  auditLog: Pick<AuditLogStore, "recordChange">;
  now: Clock;
};

const EMPTY_LIST =
  "The list has no entries, as when a file was not found. " +
  "Send it with ?empty=yes to empty the list.";

/** Nothing but comments, the marks of a document, and empty lists. */
const isEmptyList = (text: string): boolean =>
  text.split("\n").every((line) => EMPTY_LINE.test(line.replace(/#.*/, "").trim()));
const EMPTY_LINE = /^(---|\.\.\.)?(\w+:)? ?(\[ *\]|\{ *\}|null|~)?$/;

export const listRoutes = (ports: ListPorts): ApiRoute[] => [
  route({
    method: "PUT",
    path: "/lists/:name",
    access: "write",
    tag: "rules",
    operationId: "putList",
    summary: "Replaces the authors, the coins, the blacklist or the alerts, when they can be read.",
    params: z.object({ name: z.string() }),
    query: z.object({ empty: z.literal("yes").optional() }),
    bodyType: "text/yaml",
    body: z.string(),
    maxBytes: MAX_LIST_BYTES,
    answer: z.object({ list: z.string(), loaded: z.literal(true) }),
    status: 200,
    example: { params: { name: "authors" }, body: "- { handle: ada, weight: 2 }\n" },
    async handle({ params: { name }, query: { empty }, text, change }) {
      if (empty === undefined && isEmptyList(text)) return problem(422, EMPTY_LIST);
      const published = await ports.publishList(name, text, (before) =>
        ports.auditLog.recordChange(
          change({
            at: iso(ports.now()),
            subject: `list/${name}`,
            before: digestOf(before),
            after: digestOf(text),
          }),
        ),
      );
      if (published.kind === "unknown")
        return problem(
          404,
          `There is no list of that name; there are ${published.lists.join(", ")}.`,
        );
      if (published.kind === "loaded") return { list: name, loaded: true as const };
      const errors = published.problems.map(faultShown);
      return problem(422, "The list cannot be read; the one before it stays in use.", { errors });
    },
  }),
];
