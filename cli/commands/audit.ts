import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../client.ts";
import type { Command, Io } from "../command.ts";
import { parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";

type Times = { p50: number | null; p95: number | null; count: number };
export type Audit = {
  accepted: number;
  evidence: number;
  dropped: number;
  duplicate: number;
  dead: number;
  open: number;
  dropped_by: { reason: string; count: number }[];
  contradictions: number;
  miscounted: number;
  outbox: { pending: number; failed: number; done: number; dlq: number };
  dead_letters: number;
  latency_ms: Times;
  commit_to_send_ms: (Times & { channel: string })[];
  posts_per_second: number | null;
};

const USAGE = `stream audit [--wait SECONDS]

Checks that every accepted post has ended in exactly one way: evidence of an event, dropped with a
reason, a duplicate, or a dead letter. One SQL query counts them.

  --wait SECONDS   wait until nothing is open, at most this long (default 0)
  --json           the figures as JSON

Exit 0 when it reconciles, 1 when it does not.

  npm run -s stream -- audit --wait 60`;

export const audit: Command = {
  name: "audit",
  summary: "check that every accepted post has ended; exit 1 when not",
  usage: USAGE,
  async run(args, io) {
    const { values } = parseOptions(args, { wait: { type: "string", default: "0" } });
    const deadline = Date.now() + wholeNumber("wait", values.wait, 0, 86_400) * 1_000;
    let figures = await ask<Audit>(io, "/audit");
    while (unfinished(figures) && Date.now() < deadline) {
      await sleep(1_000);
      figures = await ask<Audit>(io, "/audit");
    }
    const wrong = complaints(figures);
    if (io.json)
      io.out(JSON.stringify({ ...figures, reconciles: wrong.length === 0, complaints: wrong }));
    else print(figures, wrong, io);
    return wrong.length === 0 ? 0 : 1;
  },
};

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

function print(figures: Audit, wrong: string[], io: Io): void {
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
  for (const complaint of wrong) io.out(`✗ ${complaint}`);
  if (wrong.length === 0)
    io.out("✓ it reconciles: every accepted post has ended in exactly one way");
}

const times = ({ p50, p95, count }: Times, of: string): string =>
  `p50 ${ms(p50)}, p95 ${ms(p95)} over ${count} ${of}`;
const ms = (value: number | null): string => (value === null ? "-" : `${Math.round(value)} ms`);
