import { sha256Hex } from "../../kit/hash.ts";
import type {
  ArchiveBatch,
  ArchivedKind,
  ArchivedRow,
  ArchiveListed,
  ArchiveStore,
} from "../archive.ts";
import { deletePart, type OldItem, oldItems } from "./retention.ts";
import { type MemoryArchiveBatch, type MemoryRows, newestFirst, type PostRow } from "./rows.ts";

export function archiveStore(rows: MemoryRows): ArchiveStore {
  const openOf = (what: ArchivedKind) =>
    rows.archiveBatches.find((each) => each.what === what && each.endedAt === null);
  const held = ({ id }: ArchiveBatch): MemoryArchiveBatch | undefined =>
    rows.archiveBatches.find((each) => each.id === id && each.endedAt === null);

  return {
    async planArchive(what, before, limit, at) {
      const open = openOf(what);
      if (open !== undefined) {
        if (membersOf(rows, open).length === open.ids.length) return batchOf(open);
        Object.assign(open, { endedAt: at, ids: [] });
      }
      const old = oldItems(rows, what, before).slice(0, limit);
      const [first] = old;
      if (first === undefined) return undefined;
      const day = first.at.slice(0, 10);
      const members = old.filter((each) => each.at.startsWith(day));
      const batch = {
        id: rows.archiveBatches.length + 1,
        what,
        day,
        name: `${what}/day=${day}/${sha256Hex(members.map(({ key }) => key).join())}`,
        ids: members.map(({ id }) => id),
        ...{ files: 0, rows: 0, bytes: 0, endedAt: null },
      };
      rows.archiveBatches.push(batch);
      return batchOf(batch);
    },
    async archiveRows(batch, after, limit, bytes) {
      const open = held(batch);
      const all = open === undefined ? [] : membersOf(rows, open).flatMap(rowsOf(rows, open.what));
      const from = Number(after ?? 0);
      let to = from;
      for (let size = 0; to < all.length && to - from < limit; to++) {
        size += JSON.stringify(all[to]).length;
        if (size > bytes && to > from) break;
      }
      return { rows: all.slice(from, to), next: to < all.length ? String(to) : null };
    },
    async deleteArchived(batch, written, before, at) {
      const open = held(batch);
      if (open === undefined) return 0;
      const ids = new Set(open.ids);
      const old = oldItems(rows, open.what, before).filter(({ id }) => ids.has(id));
      for (const item of old) deletePart(rows, open.what, item);
      Object.assign(open, { ...written, endedAt: at, ids: [] });
      return old.length;
    },
    archives: async ({ what, since, until }, paging) =>
      newestFirst(
        rows.archiveBatches.filter(
          (each) =>
            each.files > 0 &&
            (what === null || each.what === what) &&
            (since === null || each.day >= since) &&
            (until === null || each.day <= until),
        ),
        paging,
        ({ id }) => ({ at: null, id }),
        listed,
      ),
    async archive(id) {
      const found = rows.archiveBatches.find((each) => each.id === id && each.files > 0);
      return found && listed(found);
    },
  };
}

const batchOf = ({ id, what, day, name }: MemoryArchiveBatch): ArchiveBatch => ({
  ...{ id, what, day, name },
});

const listed = ({ ids: _, endedAt, ...batch }: MemoryArchiveBatch): ArchiveListed => ({
  ...batch,
  endedAt: endedAt ?? "",
});

/** Those of a batch that are there still, in its order. */
function membersOf(rows: MemoryRows, { what, ids }: MemoryArchiveBatch): OldItem[] {
  const all = new Map(oldItems(rows, what, null).map((item) => [item.id, item]));
  return ids.flatMap((id) => all.get(id) ?? []);
}

const rowsOf =
  (rows: MemoryRows, what: ArchivedKind) =>
  ({ row, event, change }: OldItem): ArchivedRow[] => {
    if (what === "history" && change !== undefined) {
      const { eventKey, ts, rev, state, score } = change.change;
      return [{ event_key: eventKey, ts, rev, state, score }];
    }
    if (what === "posts" && row !== undefined)
      return [
        {
          id: row.id,
          ...postColumns(row),
          ...{ outcome: row.outcome, reason: row.reason, detail: row.detail },
          ...{ judged_at: row.judgedAt, ended_at: row.endedAt },
        },
      ];
    if (what === "events" && event !== undefined)
      return [...event.evidence].map(([evidenceId, { mention, committedAt }]) => {
        const { eventKey, type, symbol, tokenCa, chain, evidenceCount } = event.event;
        const { state, score } = event.signal;
        const post = rows.posts.get(evidenceId);
        return {
          ...{ event_key: eventKey, type, symbol, token_ca: tokenCa, chain },
          ...{ evidence_count: evidenceCount, state, score },
          ...{ evidence_id: evidenceId, committed_at: committedAt, mention },
          ...(post && postColumns(post)),
        };
      });
    return [];
  };

const postColumns = ({ post, acceptedAt, lang, sentiment, spam, textHash }: PostRow) => {
  const { source, id, author, text, postedAt, ...raw } = post;
  return {
    ...{ source, source_id: id, author, text, posted_at: postedAt, raw, lang },
    ...{ accepted_at: acceptedAt, sentiment, spam, text_hash: textHash },
  };
};
