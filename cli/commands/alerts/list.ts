import { ask } from "../../client.ts";
import type { Io } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { table } from "../../table.ts";

type Active = {
  alert: string;
  subject: string | null;
  status: string;
  severity: string;
  summary: string;
  since: string;
  notified_at: string | null;
  silenced_by: string | null;
};
type Silence = {
  id: string;
  alert: string | null;
  subject: string | null;
  severity: string | null;
  labels: Record<string, string>;
  until: string;
  by: string;
  comment: string;
};
type Answer = {
  evaluated_at: string | null;
  active: Active[];
  silences: Silence[];
  untold: { summary: string; attempts: number; error: string }[];
  heartbeat: { kind: string; problem?: string };
};

export async function listAlerts(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const answer = await ask<Answer>(io, "/alerts");
  for (const line of io.json ? [JSON.stringify(answer)] : linesOf(answer)) io.out(line);
  return 0;
}

function linesOf({ evaluated_at, active, silences, untold, heartbeat }: Answer): string[] {
  const rows = active.map(({ alert, subject, status, severity, since, ...rest }) => ({
    ...{ status, severity, alert, subject, since },
    told: rest.notified_at,
    silence: rest.silenced_by?.slice(0, 8),
    summary: rest.summary,
  }));
  return [
    ...(rows.length === 0 ? ["nothing fires"] : table(rows)),
    ...(silences.length === 0 ? [] : ["", "silences", ...table(silences.map(silenceRow))]),
    ...untold.map(({ summary, error }) => `nobody was told "${summary}": ${error}`),
    `evaluated ${evaluated_at ?? "never"}; heartbeat ${heartbeat.problem ?? heartbeat.kind}`,
  ];
}

const silenceRow = ({ id, alert, subject, severity, labels, until, by, comment }: Silence) => ({
  ...{ id, alert: alert ?? "every alert", subject, severity },
  labels:
    Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ") || null,
  ...{ until, by, comment },
});

const rounded = ({ fact, subject, value }: Reading) => ({
  fact,
  subject,
  value: typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value,
});

type Reading = { fact: string; subject: string | null; value: number | string | null };

export async function listFacts(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const { facts } = await ask<{ facts: Reading[] }>(io, "/alerts/facts");
  for (const line of io.json ? [JSON.stringify(facts)] : table(facts.map(rounded))) io.out(line);
  return 0;
}
