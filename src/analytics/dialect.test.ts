import { expect, it } from "vitest";
import { dialectProblems } from "./dialect.ts";
import { PANELS } from "./panels/registry.ts";

const RANGE = { from: 1_795_953_600_000, to: 1_795_957_200_000, stepSeconds: 60 };

it.each(PANELS.flatMap(({ name, sql }) => (sql === null ? [] : [[name, sql(RANGE)] as const])))(
  "knows every word of the query %s",
  (_, sql) => expect(dialectProblems(`${sql} FORMAT JSON`)).toEqual([]),
);

it.each([
  ["SELECT uniq(blob1) FROM event_stream", "the function uniq"],
  ["SELECT blob21 FROM event_stream", "the name blob21"],
  ["SELECT blob1 FROM other", "the name other"],
  ["SELECT a.blob1 FROM event_stream JOIN event_stream", "the name JOIN"],
  ["SELECT blob1 FROM event_stream; DROP TABLE event_stream", 'the character ";"'],
  ["WITH x AS (SELECT 1) SELECT 1", "a statement that is no SELECT"],
  ["SELECT quantile(0.9)(double1) FROM event_stream", "the function quantile"],
  ["SELECT file('/etc/passwd')", "the function file"],
  ["SELECT blob1 FROM url('http://x')", "the function url"],
  ['SELECT "blob1" FROM event_stream', 'the character "\\""'],
  ["SELECT blob1 FROM event_stream -- x", "the name x"],
])("finds what Analytics Engine would refuse in %s", (sql, problem) => {
  expect(dialectProblems(sql)).toContain(problem);
});

it("knows the names that a query gives itself, and texts in quotes", () => {
  expect(
    dialectProblems(
      "SELECT blob3 AS stage, sum(_sample_interval) AS n FROM event_stream " +
        "WHERE blob1 = 'it''s; DROP' GROUP BY stage HAVING n > 3 ORDER BY n DESC LIMIT 10",
    ),
  ).toEqual([]);
});
