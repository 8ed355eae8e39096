import type { Context } from "hono";
import type { ChangeAuthor, ChangeEntry } from "../store/audit-log.ts";
import type { ApiEnv } from "./context.ts";

/** What a handler says of a change; the caller, the action and the request are known already. */
export type Changed = { at: string; subject: string | null; before?: unknown; after?: unknown };

/** Makes the entry for the audit log. Hand it to the store with the change. */
export type DescribeChange = (changed: Changed) => ChangeEntry;

/** A name in a path has any length. */
const MAX_SUBJECT = 200;

export function changeBy(context: Context<ApiEnv>, action: string): DescribeChange {
  const caller = context.get("caller");
  const author: ChangeAuthor = {
    keyId: caller.kind === "key" ? caller.id : "unknown",
    keyName: caller.kind === "key" ? caller.name : null,
    action,
    requestId: context.get("requestId"),
  };
  return ({ at, subject, before = null, after = null }) => ({
    ...author,
    at,
    subject: subject?.slice(0, MAX_SUBJECT) ?? null,
    before,
    after,
  });
}
