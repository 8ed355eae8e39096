import { existsSync } from "node:fs";
import { dumpDatabase } from "../backup/dump.ts";
import { BackupRefused } from "../backup/format.ts";
import { pgDump } from "../backup/pg-dump.ts";
import { TARGET_OPTIONS, TARGET_USAGE, targetOf } from "../backup/target.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions } from "../options.ts";

const USAGE = `stream backup FILE (--settings FILE | --database URL | --local) [--pg-dump]

Writes every table as it is at one moment, while the Worker goes on. The file holds the secrets of
channels (sealed, where SECRETS_KEY is set) and is readable by you alone.

${TARGET_USAGE}
  --pg-dump        by pg_dump (custom format), which has to be of the server's version or later;
                   without it by this tool: gzipped lines of JSON with a checksum

  npm run -s stream -- backup stream-2026-01-15.jsonl.gz --settings .env.production`;

export const backup: Command = {
  name: "backup",
  summary: "write every table of the database into a file",
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      ...TARGET_OPTIONS,
      "pg-dump": { type: "boolean", default: false },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError("backup takes one FILE");
    if (existsSync(file)) throw new UsageError(`${file} is there already`);
    const url = targetOf(values, io);
    return refusing(io, async () => {
      if (values["pg-dump"]) {
        await pgDump(url, file);
        io.out(`${file}: written by pg_dump`);
        return;
      }
      const { head, end } = await dumpDatabase(url, file, new Date());
      const rows = Object.values(end.rows).reduce((sum, count) => sum + count, 0);
      io.out(`${file}: ${rows} rows of ${head.tables.length} tables, as of ${head.madeAt}`);
    });
  },
};

/** Exit code 1 with the reason for what the tool refuses. */
export async function refusing(io: Io, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (!(error instanceof BackupRefused)) throw error;
    io.err(`stream: ${error.message}`);
    return 1;
  }
}
