import type { SignalNotification } from "../../src/model/delivery.ts";
import { lineOf, lineOfReceived, PAUSE_TAKES_MS } from "./delivery-invariants.ts";
import type { Complaints, Judged } from "./judged.ts";
import { DELAY_MS } from "./life.ts";
import { expectedRoute, MUTED_MINUTES } from "./routes.ts";

/** What the run broke of what must hold while channels and routes change. */
export const channelComplaints = (run: Judged): Complaints[] => [
  removedChannelsAreLeftAlone(run),
  addedChannelsMissNothing(run),
  mutedEventsAreSilent(run),
  routesAreFollowed(run),
  muteTimesAreKept(run),
];

const MINUTE = 60_000;
/** What was read a moment before a change may be written a moment after it. */
const READ_MS = MINUTE;

/** When nothing that was begun before a change goes on any more. */
function settledAfter(at: number, { faults }: Judged): number {
  const [, longest] = DELAY_MS;
  return at + PAUSE_TAKES_MS + (faults.has("claim-late") ? longest : 0);
}

const notificationOf = ({ payload }: { payload: unknown }): SignalNotification =>
  payload as SignalNotification;

function removedChannelsAreLeftAlone(run: Judged): Complaints {
  const { edits, tables, ledger, targets, faults } = run;
  if (edits === undefined || faults.has("clock-skew")) return [];
  const { at, removed } = edits;
  return [
    ...ledger
      .filter(({ target, edit }) => target === targets.get(removed) && !edit)
      .filter(({ sentAt }) => sentAt > settledAfter(at, run))
      .map((received) => `${lineOfReceived(received)} was sent to a channel that is gone`),
    ...tables.outbox
      .filter(({ channelId }) => channelId === removed)
      .filter((row) => Date.parse(notificationOf(row).ts) > at + READ_MS)
      .map(({ id }) => `delivery ${id} was planned for a channel that is gone`),
  ];
}

/** What the hook is notified of once the channel is there, it is too, unless routes keep it out. */
function addedChannelsMissNothing({ edits, tables, changes, faults }: Judged): Complaints {
  if (edits === undefined || faults.has("clock-skew")) return [];
  const { at, added } = edits;
  const keyOf = (row: (typeof tables.outbox)[number]): string =>
    `${row.eventKey} #${notificationOf(row).transition}`;
  const planned = tables.outbox.filter(({ channelId }) => channelId === added);
  const has = new Set(planned.map(keyOf));
  const mayMiss = (row: (typeof tables.outbox)[number]): boolean => {
    const { routing, ...payload } = notificationOf(row);
    const isNear = Math.abs(Date.parse(payload.ts) - changes.routesAt) < READ_MS;
    return isNear || (routing !== undefined && !expectedRoute(payload).channels.includes("late"));
  };
  return [
    ...tables.outbox
      .filter(({ channelId }) => channelId === 1)
      .filter((row) => Date.parse(notificationOf(row).ts) > at + READ_MS && !mayMiss(row))
      .filter((row) => !has.has(keyOf(row)))
      .map((row) => `${keyOf(row)} never came to the channel that was added`),
    ...planned
      .filter((row) => Date.parse(notificationOf(row).ts) < at)
      .map((row) => `${keyOf(row)} came to a channel that was not there yet`),
  ];
}

function mutedEventsAreSilent(run: Judged): Complaints {
  const { edits, ledger, targets } = run;
  if (edits === undefined) return [];
  const { at, muted } = edits;
  return ledger
    .filter(({ target, edit }) => target === targets.get(muted.channelId) && !edit)
    .filter(({ eventKey }) => eventKey === muted.eventKey)
    .filter(({ sentAt }) => sentAt > settledAfter(at, run))
    .map((received) => `${lineOfReceived(received)} was sent although its event is muted`);
}

const NAMES = ["hook", "group", "chat", "mail", "late"];

/** Rows go where their route leads, and every channel of it that is there has one. */
function routesAreFollowed({ tables, changes, faults }: Judged): Complaints {
  const isSkewed = faults.has("clock-skew");
  return tables.outbox.flatMap((row) => {
    const { routing, ...payload } = notificationOf(row);
    const at = Date.parse(payload.ts);
    if (routing === undefined)
      return at > changes.routesAt + READ_MS && !isSkewed
        ? [`delivery ${row.id} followed no route`]
        : [];
    const { route, channels } = expectedRoute(payload);
    const wrong = [
      at < changes.routesAt && !isSkewed && "followed a route before there was one",
      routing.route !== route && `followed ${routing.route}, not ${route}`,
      NAMES.includes(row.channel) && !channels.includes(row.channel) && `went to ${row.channel}`,
    ];
    return wrong
      .filter((complaint) => complaint !== false)
      .map((complaint) => `delivery ${row.id} ${complaint}`);
  });
}

/** What a mute time holds goes out after it. */
function muteTimesAreKept(run: Judged): Complaints {
  const { tables, ledger, targets, faults } = run;
  if (faults.has("clock-skew")) return [];
  const held = new Set(
    tables.outbox
      .filter((row) => (notificationOf(row).routing?.muteTimes.length ?? 0) > 0)
      .map((row) =>
        lineOf(targets.get(row.channelId) ?? "", row.eventKey, notificationOf(row).transition),
      ),
  );
  const [from, to] = MUTED_MINUTES.map((minutes) => NOON + minutes * MINUTE) as [number, number];
  return ledger
    .filter(({ sentAt, edit }) => sentAt > settledAfter(from, run) && sentAt < to && !edit)
    .filter((received) => held.has(lineOfReceived(received)))
    .map((received) => `${lineOfReceived(received)} was sent in its mute time`);
}

const NOON = Date.UTC(2026, 0, 15, 12);
