import { ask, type ServerAccess } from "../cli/client.ts";

const WORKS_FOR_MS = 12 * 3_600_000;

/**
 * An address of the operators' page that opens it with every right, once: the page takes the next
 * key of the same kind at once, and this one ends. What a browser's history or a screenshot keeps
 * is of no use.
 */
export async function oneTimeLink(server: ServerAccess, now: number): Promise<string> {
  const { key } = await ask<{ key: string }>(server, "/keys", {
    method: "POST",
    body: {
      name: "link of npm start",
      scopes: ["admin"],
      expires_at: new Date(now + WORKS_FOR_MS).toISOString(),
    },
  });
  return `${server.url}/operate#once=${key}`;
}
