import * as z from "zod";
import type { Panel, PanelRange } from "../../analytics/panels/panel.ts";
import { PANELS } from "../../analytics/panels/registry.ts";
import { type PanelPorts, type PanelReading, readPanels } from "../../analytics/read-panel.ts";
import { iso } from "../../kit/time.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { problem } from "../problem.ts";
import { count } from "../query.ts";

export type PanelRoutePorts = { panels: PanelPorts };

const HOUR_MS = 3_600_000;
/** The dataset keeps points for three months. */
const LONGEST_MS = 92 * 24 * HOUR_MS;
const MOST_STEPS = 500;
/** Steps that people count in, in seconds. */
const STEPS = [10, 30, 60, 300, 900, 3_600, 10_800, 86_400];
const USUAL_STEPS = 60;

export const RangeQuery = z.object({
  from: IsoInstant.nullable().default(null),
  to: IsoInstant.nullable().default(null),
  step: count(10, 86_400).nullable().default(null),
});

export const PanelShown = z.object({
  name: z.string(),
  title: z.string(),
  about: z.string(),
  chart: z.enum(["lines", "stacked", "bars", "table"]),
  columns: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      unit: z.enum(["count", "ms", "percent", "score", "seconds", "usd"]).nullable(),
    }),
  ),
  series: z.string().nullable(),
  values: z.array(z.string()),
  budget: z.record(z.string(), z.number()).nullable(),
  source: z.enum(["points", "database", "counters", "providers", "none"]),
  note: z.string().nullable(),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
});

export const RangeShown = z.object({
  from: z.string(),
  to: z.string(),
  stepSeconds: z.number().int(),
});

const shown = (panel: Panel, reading: PanelReading): z.infer<typeof PanelShown> => ({
  name: panel.name,
  title: panel.title,
  about: panel.about,
  chart: panel.chart,
  columns: panel.columns.map(({ name, label, unit }) => ({ name, label, unit: unit ?? null })),
  series: panel.series ?? null,
  values: panel.values,
  budget: panel.budget ?? null,
  ...reading,
});

/**
 * The asked range on whole steps, so that equal requests read the same; by default the last hour.
 * A Response says what does not fit.
 */
export function rangeOf(query: z.infer<typeof RangeQuery>, now: number): PanelRange | Response {
  const to = query.to === null ? now : Date.parse(query.to);
  const from = query.from === null ? to - HOUR_MS : Date.parse(query.from);
  const refuse = (path: string, message: string) =>
    problem(422, "The query does not fit.", { errors: [{ path, message }] });
  if (from >= to) return refuse("from", "must be before to");
  if (to - from > LONGEST_MS) return refuse("from", "must be at most 92 days before to");
  const usual = STEPS.find((step) => (to - from) / 1000 / step <= USUAL_STEPS) ?? 86_400;
  const stepSeconds = query.step ?? usual;
  if ((to - from) / 1000 / stepSeconds > MOST_STEPS)
    return refuse("step", `must be longer: at most ${MOST_STEPS} steps are answered`);
  const stepMs = stepSeconds * 1000;
  return {
    from: Math.floor(from / stepMs) * stepMs,
    to: Math.ceil(to / stepMs) * stepMs,
    stepSeconds,
  };
}

/** Panels over one range, as they go out. */
export async function answerPanels(
  panels: readonly Panel[],
  range: PanelRange,
  ports: PanelPorts,
): Promise<z.infer<typeof PanelShown>[]> {
  const readings = await readPanels(panels, range, ports);
  return panels.flatMap((panel, at) => {
    const reading = readings[at];
    return reading === undefined ? [] : [shown(panel, reading)];
  });
}

export const rangeOnWire = ({ from, to, stepSeconds }: PanelRange) => ({
  from: iso(from),
  to: iso(to),
  stepSeconds,
});

export const panelOf = (name: string): Panel | undefined =>
  PANELS.find((panel) => panel.name === name);
