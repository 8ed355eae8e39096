import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions, span } from "../../options.ts";

export async function silence(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, {
    for: string,
    subject: string,
    severity: string,
    comment: string,
    label: { type: "string", multiple: true },
  });
  const [alert] = positionals;
  if (positionals.length > 1) throw new UsageError("name one alert");
  if (values.for === undefined) throw new UsageError("--for says how long, such as --for 4h");
  const { subject, severity, comment } = values;
  const body = {
    ...{ alert, subject, severity, comment },
    labels: Object.fromEntries((values.label ?? []).map(labelOf)),
    minutes: Math.max(1, Math.ceil(span("for", values.for) / 60_000)),
  };
  const made = await ask<{ id: string; until: string }>(io, "/alerts/silences", {
    method: "POST",
    body,
  });
  io.out(io.json ? JSON.stringify(made) : `silence ${made.id} until ${made.until}`);
  return 0;
}

function labelOf(pair: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--label takes NAME=VALUE, not ${JSON.stringify(pair)}`);
  return [name, value];
}

export async function endSilence(args: string[], io: Io): Promise<number> {
  const [id, more] = parseOptions(args, {}).positionals;
  if (id === undefined || more !== undefined)
    throw new UsageError("name one silence by its id; alerts list shows them");
  await ask(io, `/alerts/silences/${encodeURIComponent(id)}`, { method: "DELETE" });
  io.out(io.json ? JSON.stringify({ ended: id }) : `silence ${id} has ended`);
  return 0;
}
