import { existsSync } from "node:fs";
import { isPgDump, pgRestore } from "../backup/pg-dump.ts";
import { restoreDatabase } from "../backup/restore.ts";
import { TARGET_OPTIONS, TARGET_USAGE, targetOf } from "../backup/target.ts";
import { type Command, UsageError } from "../command.ts";
import { parseOptions } from "../options.ts";
import { refusing } from "./backup.ts";

const USAGE = `stream restore FILE (--settings FILE | --database URL | --local)
                    [--replace] [--resend]

Puts a backup into a database: one of this tool, or of pg_dump in its custom format. The file is
checked before anything changes, and all of it comes in one transaction: when it fails, the database
is as it was. A file of pg_dump goes through a database beside it, which is made and dropped. Stop
what writes there first (docs/deploy.md has the drill).

A delivery that was open when the backup was made may have been sent since. It becomes a dead letter
with the reason "restored", so that nothing is sent twice; "stream dead replay" sends what is
missing.

${TARGET_USAGE}
  --replace        delete the rows that are there; without it a database with rows is refused
  --resend         leave those deliveries open instead: they are sent, with their old keys

  npm run -s stream -- restore stream-2026-01-15.jsonl.gz --settings .env.production`;

export const restore: Command = {
  name: "restore",
  summary: "put a backup into a database",
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      ...TARGET_OPTIONS,
      replace: { type: "boolean", default: false },
      resend: { type: "boolean", default: false },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError("restore takes one FILE");
    if (!existsSync(file)) throw new UsageError(`${file} does not exist`);
    const url = targetOf(values, io);
    const options = { replace: values.replace, resend: values.resend, now: new Date() };
    return refusing(io, async () => {
      const byTool = isPgDump(file);
      const restored = await (byTool ? pgRestore : restoreDatabase)(url, file, options);
      const rows = Object.values(restored.end.rows).reduce((sum, each) => sum + each, 0);
      const { madeAt, server } = restored.head;
      // pg_dump's file does not say when it was made.
      io.out(`${file}: ${rows} rows${byTool ? "" : `, as of ${madeAt} (PostgreSQL ${server})`}`);
      io.out(parked(restored.parked, file));
    });
  },
};

const parked = (count: number, file: string): string =>
  count === 0
    ? `${file} is restored`
    : `${file} is restored; ${count} open deliveries became dead letters: ` +
      "`stream dead list --reason restored`";
