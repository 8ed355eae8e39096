import type { FactValues, FactVocabulary } from "../model/facts.ts";
import { Level, RiskLevel, SIGNAL_STATES } from "../model/scalars.ts";
import type { RuleCondition } from "../rules/condition.ts";
import { freshBudget } from "../rules/language/budget.ts";
import type { EqualField, SharedField } from "./document.ts";
import type { MuteTimes } from "./mute-times.ts";

/** A route with what it takes over from the one above it. */
export type LiveRoute = {
  name: string;
  /** Null takes everything. */
  condition: RuleCondition | null;
  /** Names of channels; null is every channel. */
  channels: readonly string[] | null;
  template: string | null;
  /** `waitMs` null: windows of `ms` on the clock. Else the first waits so long, the next `ms`. */
  group: { by: readonly SharedField[]; ms: number; waitMs: number | null } | null;
  repeatMs: number | null;
  muteTimes: readonly string[];
  continues: boolean;
  routes: readonly LiveRoute[];
};

export type InhibitRule = {
  name: string;
  source: RuleCondition;
  target: RuleCondition;
  equal: readonly EqualField[];
  ms: number;
};

/** A routes file that may go live: immutable, and named by what is in it. */
export type Routes = {
  /** SHA-256 of the text and of the settings that it reads. */
  sha: string;
  text: string;
  root: LiveRoute;
  inhibit: readonly InhibitRule[];
  muteTimes: MuteTimes;
  /** Slot -> the name whose value stands in it. */
  slots: readonly string[];
};

/** The routes of tenants other than the default one, of those that have any. */
export type TenantRoutes = ReadonlyMap<string, Routes>;
export const NO_TENANT_ROUTES: TenantRoutes = new Map();

const text = (values?: readonly string[]): FactVocabulary[string] => ({
  type: "string",
  provider: "signal",
  ...(values && { values }),
});

/** What a condition of a route may name beside the facts. */
export const SIGNAL_FACTS: FactVocabulary = {
  score: { type: "number", provider: "signal" },
  transition: { type: "number", provider: "signal", least: 1, whole: true },
  state: text(SIGNAL_STATES),
  previous_state: text(SIGNAL_STATES),
  level: text(Level.options),
  risk_level: text(RiskLevel.options),
  token_ca: text(),
};

/** Which conditions were asked, in order, and what they answered. */
export type RouteStep = { route: string; matched: boolean; error?: string };

/** A channel that is notified, and the route that says how. */
export type RoutedChannel = { channel: string; route: LiveRoute };

/** Of every route that the values take; one without channels of its own is left out. */
export type Routing = { routes: LiveRoute[]; steps: RouteStep[] };

/**
 * The routes that take these values. The first route of a level that matches takes them, and with
 * `continue` those after it are asked too; a route whose children take nothing takes them itself.
 * An expression that fails is no match.
 */
export function routeValues(routes: Routes, values: FactValues): Routing {
  const frame = frameOf(routes, values);
  const steps: RouteStep[] = [];
  const visit = (route: LiveRoute): LiveRoute[] => {
    const answer = holds(route.condition, frame);
    steps.push({ route: route.name, ...answer });
    if (!answer.matched) return [];
    const taken: LiveRoute[] = [];
    for (const child of route.routes) {
      const found = visit(child);
      taken.push(...found);
      if (found.length > 0 && !child.continues) break;
    }
    return taken.length > 0 ? taken : [route];
  };
  return { routes: visit(routes.root), steps };
}

/**
 * Who of `known` is notified, each by the first route that names it. Where all channels of a route
 * are gone, those of the root take its place.
 */
export function routedChannels(
  { root }: Routes,
  { routes }: Routing,
  known: readonly string[],
): RoutedChannel[] {
  const found = new Map<string, LiveRoute>();
  for (const route of routes)
    for (const channel of channelsOf(route, root, known))
      if (!found.has(channel)) found.set(channel, route);
  return [...found].map(([channel, route]) => ({ channel, route }));
}

function channelsOf(
  { channels }: LiveRoute,
  root: LiveRoute,
  known: readonly string[],
): readonly string[] {
  if (channels === null) return known;
  const left = channels.filter((name) => known.includes(name));
  if (left.length > 0 || channels.length === 0) return left;
  return root.channels === null ? known : root.channels.filter((name) => known.includes(name));
}

/** Every route, the root first. */
export const allRoutes = (route: LiveRoute): LiveRoute[] => [
  route,
  ...route.routes.flatMap(allRoutes),
];

/** Whether some route makes one message of several signals for the channel. */
export const collectsFor = ({ root }: Routes, channel: string): boolean =>
  allRoutes(root).some(
    ({ group, channels }) => group !== null && (channels?.includes(channel) ?? true),
  );

/** The channels that routes name and nobody has, with the first route that names each. */
export function unknownChannels(
  { root }: Routes,
  known: readonly string[],
): { channel: string; route: string }[] {
  const found = new Map<string, string>();
  for (const { name, channels } of allRoutes(root))
    for (const channel of channels ?? [])
      if (!known.includes(channel) && !found.has(channel)) found.set(channel, name);
  return [...found].map(([channel, route]) => ({ channel, route }));
}

/**
 * The inhibit rules that may silence a signal of these values: it is a target, and not a source
 * itself, so that two equal signals never silence each other.
 */
export function targetedBy(routes: Routes, values: FactValues): InhibitRule[] {
  if (routes.inhibit.length === 0) return [];
  const frame = frameOf(routes, values);
  return routes.inhibit.filter(
    ({ target, source, equal }) =>
      holds(target, frame).matched &&
      !holds(source, frame).matched &&
      equal.every((field) => hasValue(values[field])),
  );
}

/** Whether a signal of these values silences the targets of the rule. */
export const isSource = (routes: Routes, { source }: InhibitRule, values: FactValues): boolean =>
  holds(source, frameOf(routes, values)).matched;

const hasValue = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== "" && value !== "unknown";

/** What rows of one message have in common; null where the route makes no such messages. */
export function groupOf({ name, group }: LiveRoute, values: FactValues): string | null {
  if (group === null) return null;
  return JSON.stringify([name, ...group.by.map((field) => values[field] ?? null)]);
}

function frameOf({ slots }: Routes, values: FactValues): unknown[] {
  freshBudget();
  return slots.map((name) => values[name] ?? null);
}

function holds(
  condition: RuleCondition | null,
  frame: readonly unknown[],
): { matched: boolean; error?: string } {
  if (condition === null) return { matched: true };
  try {
    return { matched: condition.evaluate(frame) === true };
  } catch (fault) {
    return { matched: false, error: fault instanceof Error ? fault.message : String(fault) };
  }
}
