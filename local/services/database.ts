import pg from "pg";

/** One statement, as the Neon wire protocol carries it: parameters are texts or null. */
export type Statement = {
  query: string;
  params: unknown[];
};

export type Answer = {
  command: string;
  rowCount: number | null;
  fields: Field[];
  /** Every value is PostgreSQL's own text, or null. */
  rows: (string | null)[][];
};

export type Field = {
  name: string;
  dataTypeID: number;
  tableID: number;
  columnID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
  format: string;
};

export type BatchOptions = {
  isolation?: string;
  readOnly: boolean;
  deferrable: boolean;
};

/** What stands behind the front. */
export type Database = {
  one(statement: Statement): Promise<Answer>;
  /** All or nothing, in one transaction. */
  batch(statements: Statement[], options: BatchOptions): Promise<Answer[]>;
};

const AS_TEXT = { getTypeParser: () => (value: string) => value };

/**
 * JSON allows numbers, booleans, objects and arrays as parameters; PostgreSQL reads the text of
 * each.
 */
function parameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function opening({ isolation, readOnly, deferrable }: BatchOptions): string {
  const level = isolation
    ? ` isolation level ${isolation.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()}`
    : "";
  return `begin${level}${readOnly ? " read only" : ""}${deferrable ? " deferrable" : ""}`;
}

type Runner = (statement: Statement) => Promise<Answer>;

async function transaction(
  run: Runner,
  statements: Statement[],
  options: BatchOptions,
): Promise<Answer[]> {
  await run({ query: opening(options), params: [] });
  try {
    const answers: Answer[] = [];
    for (const statement of statements) answers.push(await run(statement));
    await run({ query: "commit", params: [] });
    return answers;
  } catch (error) {
    await run({ query: "rollback", params: [] }).catch(() => {});
    throw error;
  }
}

function runnerOn(client: pg.Pool | pg.PoolClient): Runner {
  return async ({ query, params }) => {
    const result = await client.query<(string | null)[]>({
      text: query,
      values: params.map(parameter),
      rowMode: "array",
      types: AS_TEXT,
      // As Neon: the extended protocol, so a text with two statements is an error here too.
      queryMode: "extended",
    } as pg.QueryArrayConfig);
    const fields = (result.fields ?? []).map((field) => ({ ...field, format: "text" }));
    return { command: result.command, rowCount: result.rowCount, fields, rows: result.rows ?? [] };
  };
}

/**
 * `connections` is 1 for PGlite, which serves one at a time; it is given back soon, so that a
 * tunnel gets its turn.
 */
export function openDatabase(connectionString: string, connections: number): Database {
  const pool = new pg.Pool({
    connectionString,
    max: connections,
    idleTimeoutMillis: connections === 1 ? 250 : 30_000,
  });
  // an idle connection broke with the server; the next query opens another
  pool.on("error", () => {});
  return {
    one: runnerOn(pool),
    async batch(statements, options) {
      const client = await pool.connect();
      let broken = false;
      client.on("error", () => {
        broken = true;
      });
      try {
        return await transaction(runnerOn(client), statements, options);
      } finally {
        client.removeAllListeners("error");
        client.release(broken);
      }
    },
  };
}
