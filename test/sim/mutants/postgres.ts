import type { Suspect } from "./suspect.ts";

/** The statements of the store in PostgreSQL. */
export const POSTGRES_MUTANTS: readonly Suspect[] = [
  {
    name: "JUDGE reads without a lock",
    file: "src/store/postgres/posts.ts",
    from: "order by p.id for update of p\n" + "),\n" + "ruling as",
    to: "order by p.id\n" + "),\n" + "ruling as",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "two sweeps wait for the same posts",
    file: "src/store/postgres/posts.ts",
    from: "for update skip locked",
    to: "for update",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "acceptance numbers are taken side by side",
    file: "src/store/postgres/posts.ts",
    from: "from lane, arrival a",
    to: "from arrival a",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a repeat looks at later posts too",
    file: "src/store/postgres/posts.ts",
    from: "e.id < post.post_id",
    to: "e.id <> post.post_id",
    tests: {
      files: ["test/conformance/store-postgres.test.ts"],
      named: "in PostgreSQL.*(repeat|he |duplicate)",
    },
  },
  {
    name: "a repeat of a dropped post in PostgreSQL",
    file: "src/store/postgres/posts.ts",
    from: "coalesce(e.outcome, '') not in ('dropped', 'dead')",
    to: "coalesce(e.outcome, '') not in ('dead')",
    tests: {
      files: ["test/conformance/store-postgres.test.ts"],
      named: "in PostgreSQL.*(repeat|heard|duplicate)",
    },
  },
  {
    name: "a commit takes any revision",
    file: "src/store/postgres/events/commit-sql.ts",
    from: "where e.event_key = h.event_key and e.rev = n.expected_rev",
    to: "where e.event_key = h.event_key",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a commit does not lock its posts",
    file: "src/store/postgres/events/commit-sql.ts",
    from: "order by p.id for update of p",
    to: "order by p.id",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a downgrade closes what is leased",
    file: "src/store/postgres/events/commit-sql.ts",
    from: "and o.leased_until is null and o.sending_token is null",
    to: "and o.sending_token is null",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a claim reads without a lock",
    file: "src/store/postgres/deliveries.ts",
    from: 'where ${NAMED_IN("ask")} order by o.id for update of o\n' + "),\n" + "ruling",
    to: 'where ${NAMED_IN("ask")} order by o.id\n' + "),\n" + "ruling",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a closed lease is renewed",
    file: "src/store/postgres/deliveries.ts",
    from: "where o.id = held.id and held.open\n" + "returning o.id::float8 as id",
    to: "where o.id = held.id\n" + "returning o.id::float8 as id",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "retention in PostgreSQL ignores updated_at",
    file: "src/store/postgres/retention.ts",
    from: "and e.updated_at < ${before}",
    to: "",
    tests: {
      files: ["test/conformance/store-postgres.test.ts"],
      named: "in PostgreSQL.*while it is touched",
    },
  },
  {
    name: "retention locks no event that it deletes",
    file: "src/store/postgres/retention.ts",
    from: "order by e.last_ts, e.id limit $2::int for update skip locked",
    to: "order by e.last_ts, e.id limit $2::int",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a burial locks no post",
    file: "src/store/postgres/dead-letters.ts",
    from:
      "update raw_posts p set outcome = 'dead', reason = post.reason, ended_at = " +
      "$2::timestamptz\n" +
      "from post where p.id = post.id and p.ended_at is null",
    to:
      "update raw_posts p set outcome = 'dead', reason = post.reason, ended_at = " +
      "$2::timestamptz\n" +
      "from post where p.id = post.id",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
  {
    name: "a replay takes a dead letter twice",
    file: "src/store/postgres/dead-letters.ts",
    from: "order by d.id for update of d skip locked",
    to: "order by d.id",
    tests: { files: ["test/conformance/deferred-commits-postgres.test.ts"] },
  },
];
