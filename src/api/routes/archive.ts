import * as z from "zod";
import { type ArchiveBucket, fileName } from "../../archive/bucket.ts";
import { ARCHIVED, type ArchiveStore } from "../../store/archive.ts";
import { problem } from "../problem.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { type ApiRoute, PathId, route } from "../route.ts";

export type ArchiveRoutePorts = {
  archive: {
    store: Pick<ArchiveStore, "archives" | "archive">;
    /** undefined: this deployment has no bucket bound. */
    bucket: ArchiveBucket | undefined;
  };
};

const Day = z.iso.date({ error: "must be a day such as 2026-11-30" }).nullable().default(null);

const ArchiveQuery = PagingQuery.extend({
  what: z.enum(ARCHIVED).nullable().default(null),
  since: Day,
  until: Day,
});

const BatchShown = z.object({
  id: z.number().int(),
  what: z.enum(ARCHIVED),
  day: z.string(),
  name: z.string(),
  files: z.number().int(),
  rows: z.number().int(),
  bytes: z.number().int(),
  endedAt: z.string(),
});

export const archiveRoutes = ({ archive }: ArchiveRoutePorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/archive",
    access: "operations",
    tag: "operations",
    operationId: "listArchive",
    summary:
      "Old rows that were written to the archive's bucket before they were deleted: a batch of " +
      "one kind and day each, the latest first.",
    query: ArchiveQuery,
    answer: z.object({ batches: z.array(BatchShown), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { what: "history", since: "2026-01-01" } },
    async handle({ query }) {
      const page = await readPaging(query, (paging) => archive.store.archives(query, paging));
      if (page instanceof Response) return page;
      return { batches: page.items, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "GET",
    path: "/archive/:id/:file",
    access: "operations",
    tag: "operations",
    operationId: "getArchiveFile",
    summary: "One file of a batch, as Parquet; a batch has files 1 to `files`.",
    params: z.object({ id: PathId("batch"), file: PathId("file") }),
    answer: z.string(),
    answerType: "application/vnd.apache.parquet",
    status: 200,
    example: { params: { id: "1", file: "1" } },
    async handle({ params: { id, file } }) {
      const batch = await archive.store.archive(id);
      if (batch === undefined || file < 1 || file > batch.files)
        return problem(404, `There is no file ${file} of a batch ${id} in the archive.`);
      const name = fileName(batch.name, file);
      const bytes = await archive.bucket?.get(name);
      if (bytes === undefined)
        return problem(
          404,
          archive.bucket === undefined
            ? "No bucket is bound: ARCHIVE_BUCKET names it (docs/operations.md)."
            : `The bucket has no ${name}: somebody deleted it, or another bucket is bound.`,
        );
      return new Response(bytes, {
        headers: {
          "Content-Type": "application/vnd.apache.parquet",
          "Cache-Control": "private, no-store",
          "Content-Disposition": `attachment; filename="${name.replaceAll("/", "-")}"`,
        },
      });
    },
  }),
];
