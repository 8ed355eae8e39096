import {
  AMOUNT_NAMES,
  columnOf,
  DATASET,
  DIMENSION_NAMES,
} from "../observability/points/columns.ts";

/*
 * What the SQL of Analytics Engine knows, by its reference: a part of ClickHouse's. ClickHouse
 * itself runs the same text on a developer's machine and knows far more, so each query is checked
 * against these lists.
 */

const KEYWORDS = new Set(
  (
    "select from where group by order having limit offset as and or not in between like ilike " +
    "asc desc interval second minute hour day week month format json distinct"
  ).split(" "),
);

const FUNCTIONS = new Set(
  (
    "count sum avg min max countif sumif avgif quantileexactweighted quantileweighted argmin " +
    "argmax first_value last_value topk topkweighted " +
    "now todatetime tounixtimestamp formatdatetime tostartofinterval tostartofminute " +
    "tostartoffiveminutes tostartoftenminutes tostartoffifteenminutes tostartofhour " +
    "tostartofday tostartofweek tostartofmonth tostartofyear toyear tomonth todayofmonth " +
    "todayofweek tohour tominute tosecond today toyyyymm " +
    "if intdiv log pow round floor ceil touint8 touint32 " +
    "length empty lower upper startswith endswith position substring format concat replaceall"
  ).split(" "),
);

const COLUMNS = new Set([
  ...["timestamp", "_sample_interval", "index1", "dataset"],
  ...[...DIMENSION_NAMES, ...AMOUNT_NAMES].map(columnOf),
]);

const TOKEN = /\s+|'(?:[^'\\]|\\.|'')*'|\d+(?:\.\d+)?|[A-Za-z_]\w*|<>|!=|<=|>=|[-+*/%=<>(),]|./gsy;

/**
 * Why Analytics Engine would refuse a query, in words; none when it is fine. Names that the query
 * gives itself by AS are known in it.
 */
export function dialectProblems(sql: string): string[] {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => token.trim() !== "");
  const aliases = new Set(
    tokens.filter((_, at) => tokens[at - 1]?.toLowerCase() === "as").map((name) => name),
  );
  const problems = tokens.flatMap((token, at) => {
    if (/^['\d]/.test(token)) return [];
    if (!/^\w/.test(token))
      return /^(?:<>|!=|<=|>=|[-+*/%=<>(),])$/.test(token)
        ? []
        : [`the character ${JSON.stringify(token)}`];
    const lower = token.toLowerCase();
    if (KEYWORDS.has(lower) || COLUMNS.has(token) || aliases.has(token)) return [];
    if (token === DATASET) return [];
    if (tokens[at + 1] === "(") return FUNCTIONS.has(lower) ? [] : [`the function ${token}`];
    return [`the name ${token}`];
  });
  if (tokens[0]?.toLowerCase() !== "select") problems.push("a statement that is no SELECT");
  return [...new Set(problems)];
}
