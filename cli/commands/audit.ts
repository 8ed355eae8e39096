import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { instant, parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";

type Times = { p50: number | null; p95: number | null; count: number };
type Covered = { since: string | null; until: string | null; posts: number; events: number };
type Books = Omit<Covered, "since"> & { contradictions: number; miscounted: number };
export type Audit = {
  accepted: number;
  evidence: number;
  dropped: number;
  duplicate: number;
  dead: number;
  open: number;
  dropped_by: { reason: string; count: number }[];
  covered: Covered;
  books: Books | null;
  contradictions: number;
  miscounted: number;
  outbox: { pending: number; failed: number; done: number; dlq: number };
  dead_letters: number;
  latency_ms: Times;
  commit_to_send_ms: (Times & { channel: string })[];
  posts_per_second: number | null;
};

type Finding = { event_key: string; what: string; stored: string; counted: string };
type Unaccounted = { source: string; hour: string; accepted: number; found: number };
type Tally = { what: string; outcome: string; reason: string; kept: number; found: number };
type AuditPage = {
  since: string | null;
  until: string;
  watermark: string;
  events: number;
  too_large: number;
  rescored: number;
  findings: Finding[];
  unaccounted: Unaccounted[];
  tallies: Tally[];
  next_cursor: string | null;
};

const USAGE = `stream audit [--wait SECONDS] [--since TIME | --all]

Checks that every accepted post has ended in exactly one way: evidence of an event, dropped with a
reason, a duplicate, or a dead letter. Then it counts each event again from its evidence, scores its
signal again from the stored facts, and compares notifications, attempts and accepted posts with
what was counted when they were written. The numbers are of everything. What is compared is
everything while at most 200,000 posts were accepted, then what changed since the hourly audits
ended; the first line below the tables says it.

  --wait SECONDS   wait until nothing is open, at most this long (default 0)
  --since TIME     compare what changed since then: 2026-01-15T10:00:00Z, or 24h. Each audit
                   prints where the next may begin.
  --all            compare everything, however long it takes
  --json           the figures as JSON

Exit 0 when it reconciles, 1 when it does not.

  npm run -s stream -- audit --wait 60`;

export const audit: Command = {
  name: "audit",
  summary: "check that every accepted post has ended; exit 1 when not",
  usage: USAGE,
  async run(args, io) {
    const { values } = parseOptions(args, {
      wait: { type: "string", default: "0" },
      since: { type: "string" },
      all: { type: "boolean", default: false },
    });
    if (values.all && values.since !== undefined)
      throw new UsageError("--all compares everything: leave --since out");
    const since = values.all
      ? BEGINNING
      : values.since && instant("since", values.since, Date.now());
    const deadline = Date.now() + wholeNumber("wait", values.wait, 0, 86_400) * 1_000;
    let figures = await figuresSince(since, io);
    while (unfinished(figures) && Date.now() < deadline) {
      await sleep(1_000);
      figures = await figuresSince(since, io);
    }
    await goOn(figures, io);
    const from = values.all ? null : figures.covered.since;
    const recount = await recounted(from, io);
    const wrong = [...complaints(figures), ...recountComplaints(recount)];
    if (io.json) {
      const reconciles = wrong.length === 0;
      io.out(JSON.stringify({ ...figures, recount, reconciles, complaints: wrong }));
    } else print(figures, recount, wrong, io);
    return wrong.length === 0 ? 0 : 1;
  },
};

const BEGINNING = "2000-01-01T00:00:00.000Z";

const figuresSince = (since: string | undefined, io: Io): Promise<Audit> =>
  ask<Audit>(io, `/audit${since === undefined ? "" : `?${new URLSearchParams({ since })}`}`);

/** Adds what one answer did not reach to it: each compares so many rows at most. */
async function goOn(sum: Audit, io: Io): Promise<void> {
  while (sum.covered.until !== null) {
    const next = await figuresSince(sum.covered.until, io);
    sum.contradictions += next.contradictions;
    sum.miscounted += next.miscounted;
    sum.covered.posts += next.covered.posts;
    sum.covered.events += next.covered.events;
    sum.covered.until = next.covered.until;
  }
}

const PAGE = 100;

/** All pages of one range as one: from `since` to the moment of the first page. */
async function recounted(since: string | null, io: Io): Promise<AuditPage> {
  const page = (cursor: string | null, until: string | null): Promise<AuditPage> => {
    const given = Object.entries({ since, until, cursor, limit: `${PAGE}` });
    const query = new URLSearchParams(
      given.filter((entry): entry is [string, string] => entry[1] !== null),
    );
    return ask<AuditPage>(io, `/audit/events?${query}`);
  };
  const sum = await page(null, null);
  while (sum.next_cursor !== null) {
    const next = await page(sum.next_cursor, sum.until);
    sum.events += next.events;
    sum.too_large += next.too_large;
    sum.rescored += next.rescored;
    sum.findings.push(...next.findings);
    sum.next_cursor = next.next_cursor;
  }
  return sum;
}

const SHOWN = 10;

/** What the recount found: the first of each kind in full, and how many there are. */
function recountComplaints({ findings, unaccounted, tallies }: AuditPage): string[] {
  const all = [
    ...tallies.map(
      ({ what, outcome, reason, kept, found }) =>
        `the number of ${[what, outcome, reason].filter(Boolean).join(" ")} is kept as ${kept}, ` +
        `${found} are there`,
    ),
    ...unaccounted.map(
      ({ source, hour, accepted, found }) =>
        `${accepted} posts of ${source} were accepted in the hour from ${hour}, ${found} are there`,
    ),
    ...findings.map(
      ({ event_key, what, stored, counted }) =>
        `${event_key}: ${what} is ${stored}, counted again ${counted}`,
    ),
  ];
  return all.length > SHOWN
    ? [...all.slice(0, SHOWN), `... and ${all.length - SHOWN} more like these`]
    : all;
}

const unfinished = ({ open, outbox }: Audit): boolean =>
  open > 0 || outbox.pending + outbox.failed > 0;

/** What does not reconcile. A delivery that waits for a retry is not lost, so it does not count. */
export function complaints(figures: Audit): string[] {
  const { accepted, evidence, dropped, duplicate, dead, open, contradictions, miscounted } =
    figures;
  const ended = evidence + dropped + duplicate + dead;
  const by = figures.dropped_by.reduce((total, { count }) => total + count, 0);
  return [
    ...(open > 0
      ? [`${open} posts are accepted and have not ended (still in the queues? try --wait 60)`]
      : []),
    ...(ended + open !== accepted
      ? [`${accepted} accepted, but ${ended} ended and ${open} open`]
      : []),
    ...(by !== dropped ? [`${dropped} dropped, but ${by} with a reason`] : []),
    ...(contradictions > 0
      ? [`${contradictions} posts whose outcome and evidence contradict each other`]
      : []),
    ...(miscounted > 0 ? [`${miscounted} events whose counts differ from their evidence`] : []),
  ];
}

function print(figures: Audit, recount: AuditPage, wrong: string[], io: Io): void {
  const { accepted, evidence, dropped, duplicate, dead, open, outbox } = figures;
  const share = (count: number) =>
    accepted === 0 ? "" : `${((100 * count) / accepted).toFixed(1)} %`;
  const row = (posts: string, count: number) => ({ posts, count, share: share(count) });
  const rows = [
    row("accepted", accepted),
    row("= evidence of an event", evidence),
    row("+ dropped with a reason", dropped),
    ...figures.dropped_by.map(({ reason, count }) => row(`    ${reason}`, count)),
    row("+ duplicate", duplicate),
    row("+ dead letter", dead),
    row("+ still open", open),
  ];
  for (const line of table(rows)) io.out(line);
  io.out("");
  for (const line of table([{ deliveries: "", ...outbox, "dead letters": figures.dead_letters }]))
    io.out(line);
  io.out("");
  io.out(
    `accepted -> delivered: ${times(figures.latency_ms, "posts")}; ` +
      `${figures.posts_per_second?.toFixed(1) ?? "-"} posts/s`,
  );
  for (const channel of figures.commit_to_send_ms)
    io.out(`commit -> send, ${channel.channel}: ${times(channel, "deliveries")}`);
  io.out(compared(figures));
  io.out(covered(recount));
  io.out(`The next audit may begin with --since ${recount.watermark}`);
  for (const complaint of wrong) io.out(`✗ ${complaint}`);
  if (wrong.length === 0)
    io.out("✓ it reconciles: every accepted post has ended in exactly one way");
}

/** Which rows were compared with each other, and which were by the audits before. */
function compared({ covered: { since, posts, events }, books }: Audit): string {
  const from = since === null ? "" : ` that changed since ${since}`;
  const before =
    books === null
      ? ""
      : `; the ${books.posts} posts and ${books.events} events of before were compared hourly, ` +
        `with ${books.contradictions + books.miscounted} differences`;
  return `compared: ${posts} posts and ${events} events${from}${before}`;
}

function covered({ since, until, events, too_large, rescored }: AuditPage): string {
  const range = since === null ? `until ${until}` : `from ${since} to ${until}`;
  const notes = [
    ...(rescored < events
      ? [`${events - rescored} were scored by rules that are no longer kept`]
      : []),
    ...(too_large > 0 ? [`of ${too_large} only the number of posts was compared`] : []),
  ];
  return (
    `counted again: ${events} events that changed ${range}, ${rescored} of them also scored` +
    `${notes.map((note) => `; ${note}`).join("")}`
  );
}

const times = ({ p50, p95, count }: Times, of: string): string =>
  `p50 ${ms(p50)}, p95 ${ms(p95)} over ${count} ${of}`;
const ms = (value: number | null): string => (value === null ? "-" : `${Math.round(value)} ms`);
