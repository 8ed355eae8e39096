/**
 * The shapes that the page reads and shows. Those of the API follow from the types that the API
 * answers with: the wire has the same fields in snake_case.
 */
import type * as z from "zod";
import type { AlertsView } from "../src/alerts/alerts-view.ts";
import type { HealthReport } from "../src/api/routes/health.ts";
import type { SignalChangeShown } from "../src/api/routes/history.ts";
import type { PanelShown as PanelAnswer, RangeShown } from "../src/api/routes/panels.ts";
import type { PostHistoryShown } from "../src/api/routes/posts.ts";
import type {
  SignalShown,
  SignalSummary,
  StoredExplanationShown,
} from "../src/api/routes/signals.ts";
import type { ChannelConfig } from "../src/model/channel-config.ts";
import type { EventFacts } from "../src/model/facts.ts";
import type { ProviderReport, SourceStatus } from "../src/model/source-status.ts";
import type { TokenEvent } from "../src/model/token-event.ts";
import type { LiveMessage } from "../src/observability/live.ts";
import type { RoutePreview } from "../src/outbox/route-preview.ts";
import type { BacktestReport } from "../src/rules/backtest.ts";
import type { CanarySide, LiveCanary } from "../src/rules/canary.ts";
import type { AuditLogRow } from "../src/store/audit-log.ts";
import type { DeadLetterRow } from "../src/store/dead-letters.ts";
import type { EventEvidence } from "../src/store/events.ts";
import type { OutboxRow } from "../src/store/outbox.ts";
import type { StoreOverview } from "../src/store/overview.ts";
import type { RulesVersion } from "../src/store/rules-versions.ts";

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeCase<Rest>}`
    : `_${Lowercase<First>}${SnakeCase<Rest>}`
  : "";
type WireKey<Key> = Key extends string ? (string extends Key ? Key : SnakeCase<Key>) : Key;
/** A value of the server as JSON on the wire: what snakeCased() of src/kit/case.ts gives. */
export type Wire<T> = T extends readonly (infer Item)[]
  ? Wire<Item>[]
  : T extends object
    ? { [Key in keyof T as WireKey<Key>]: Wire<T[Key]> }
    : T;

export type SignalRow = Wire<z.infer<typeof SignalShown>>;
export type SignalListed = Wire<z.infer<typeof SignalSummary>>;
export type SignalPage = { signals: SignalListed[]; next_cursor: string | null };
export type EventDetail = Wire<TokenEvent> & {
  signal: SignalRow;
  evidence: Wire<EventEvidence>[];
};
export type FactsSnapshot = Wire<EventFacts>;
export type Explanation = Wire<z.infer<typeof StoredExplanationShown>>;
export type RuleExplanation = Explanation["rules"][number];
export type StateExplanation = Explanation["states"][number];

/** Of GET /posts/{source}/{id}. */
export type PostShown = Wire<z.infer<typeof PostHistoryShown>>;
export type PostStepShown = PostShown["steps"][number];

export type Health = Wire<HealthReport>;
/** Of GET /signals/{key}/history. */
export type SignalChange = Wire<z.infer<typeof SignalChangeShown>>;
export type PanelShown = Wire<z.infer<typeof PanelAnswer>>;
export type PanelColumn = PanelShown["columns"][number];
export type PanelRow = PanelShown["rows"][number];
export type PanelValue = string | number | null;
/** GET /analytics/dashboard. */
export type DashboardAnswer = Wire<z.infer<typeof RangeShown>> & { panels: PanelShown[] };

export type Overview = Wire<StoreOverview>;
export type Source = Wire<SourceStatus>;
export type Provider = Wire<ProviderReport>;
/** GET /faults: the emulators of outside services, the faults there are, and those switched on. */
export type EmulatorFaults = {
  emulators: string[];
  faults: string[];
  active: Record<string, { fault: string | string[]; rate?: number }>;
};

/** Of a delivery's payload the page shows no more than this. */
export type Delivery = Omit<Wire<OutboxRow>, "payload"> & {
  /** Why an open row is not sent yet; only the list of the outbox has it. */
  waits_for?: string | null;
  payload: { symbol?: string | null; state?: string } | null;
};
export type DeadLetter = Wire<DeadLetterRow>;
export type Alerts = Wire<Omit<AlertsView, "facts">>;
export type Change = Wire<AuditLogRow>;
/** A token of which a channel is not notified for a time. */
export type Mute = { channel: string; token: string; until: string; by: string };

export type Channel = Wire<Omit<ChannelConfig, "settings">> & {
  settings: Record<string, unknown>;
  /** Why this server cannot send to it; null when it can. */
  off: string | null;
};
/** A part of a channel's settings as JSON schema describes it. */
export type SettingSchema = {
  type?: string;
  enum?: string[];
  default?: unknown;
  maxLength?: number;
  /** Never read back, and not shown while it is typed. */
  secret?: boolean;
  properties?: Record<string, SettingSchema>;
};
export type ChannelKind = {
  kind: string;
  title: string;
  docs: string;
  off: string | null;
  settings: SettingSchema;
};
export type ChannelPreview = { states: string[]; message: unknown };
export type ChannelTest = { ok: boolean; result: string; reason: string; ms?: number };

export type RoutesInForce = {
  sha: string | null;
  routes: number;
  unknown_channels: { channel: string; route: string }[];
};
export type RoutePreviewShown = Wire<RoutePreview>;
export type RulesInForce = { document: string; rules: number; sha: string };
export type RulesCanaryShown = {
  canary: Wire<Omit<LiveCanary, "rules">> | null;
  sides: { current: Wire<CanarySide>; canary: Wire<CanarySide> } | null;
};
export type RulesVersionRow = Wire<RulesVersion> & { current: boolean };
export type Backtest = Wire<BacktestReport>;

/** One error of a request: `path` names the field; those of rules also name the place. */
export type FieldError = {
  path: string;
  message: string;
  line?: number;
  column?: number;
  suggestion?: string | null;
};

export type LiveEvents = {
  [Name in LiveMessage["event"]]: Wire<Omit<Extract<LiveMessage, { event: Name }>, "event">>;
};

/** Children of an element: text, elements, and nothing where a condition does not hold. */
export type Child = Node | string | number | null | undefined | false;
/** Attributes by their names in HTML; `on*` are listeners. */
export type Props = {
  onclick?: (event: MouseEvent) => unknown;
} & Record<string, unknown>;

/** Runs a change and shows how it went; never rejects. */
export type Act = (task: () => Promise<string>) => Promise<void>;
/** An input of a form with its label, and the place for what is wrong with it. */
export type Field = {
  /** The field's name in the server's errors. */
  path: string;
  row: HTMLElement;
  input: FieldInput;
  /** What was given; undefined: nothing. */
  value(): unknown;
  showProblem(message: string): void;
};
export type FieldInput = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export type Quota = {
  name: string;
  limit: number | null;
  used: number | null;
  resets_at: string | null;
};
export type Quotas = { tenant: string; quotas: Quota[] };
