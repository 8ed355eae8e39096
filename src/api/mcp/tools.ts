import { wireName } from "../../kit/case.ts";
import { callSchema } from "../openapi.ts";
import type { ApiRoute } from "../route.ts";

/** A tool is a route under a name and a description that an assistant understands. */
export type McpTool = {
  name: string;
  description: string;
  route: ApiRoute;
  /** JSON Schema of the arguments: the route's path, query and body, side by side. */
  inputSchema: Record<string, unknown> & { type: "object" };
};

/** The read side, by operationId. What a tool answers is the answer of its route. */
const TOOLS: readonly { name: string; operationId: string; description: string }[] = [
  {
    name: "search_signals",
    operationId: "listSignals",
    description:
      "Scored signals about crypto tokens, the latest first: state, score, level, reasons. " +
      "Filter by symbol, chain, contract, type, state, time or score; next_cursor leads to the " +
      "next page.",
  },
  {
    name: "search_events",
    operationId: "listEvents",
    description:
      "Events (a token within a time window) with how many posts and authors speak of it, the " +
      "latest first. Filters as for search_signals.",
  },
  {
    name: "get_signal",
    operationId: "getSignal",
    description: "One signal with every fact that it was scored from, by its event_key.",
  },
  {
    name: "explain_signal",
    operationId: "explainSignal",
    description:
      "Why a signal has its score: each rule, matched or not, with the facts it read, their age " +
      "and their provider.",
  },
  {
    name: "find_post",
    operationId: "getPost",
    description:
      "What became of a post, by its source and id: each stage's outcome, time and reason.",
  },
  {
    name: "check_rules",
    operationId: "checkRules",
    description:
      "Checks the text of a rules file (YAML) without using it: what is wrong, with line, column " +
      "and what to write instead; else its warnings.",
  },
  {
    name: "evaluate_rules",
    operationId: "evaluateRules",
    description: "Scores facts given by hand by the rules in force, or by a rules text.",
  },
  {
    name: "backtest_rules",
    operationId: "backtestRules",
    description:
      "Replays stored signals through a rules text: which would appear, vanish or change.",
  },
];

export function mcpTools(routes: readonly ApiRoute[]): McpTool[] {
  return TOOLS.map(({ operationId, ...tool }) => {
    const route = routes.find((each) => each.operationId === operationId);
    if (route === undefined) throw new Error(`there is no route ${operationId}`);
    return { ...tool, route, inputSchema: callSchema(route) };
  });
}

/**
 * The request that a call of a tool makes. Arguments that the route does not know reach it too. A
 * text says which argument cannot stand in an address: dots would lead to another route.
 */
export function requestOf(
  { route }: McpTool,
  args: Record<string, unknown>,
  base: string,
  headers: Headers,
): Request | string {
  const rest = { ...args };
  const unfit: string[] = [];
  const path = route.path.replace(/:(\w+)/g, (_, param: string) => {
    const name = wireName(param);
    const value = rest[name];
    delete rest[name];
    if (typeof value !== "string" || /^\.{0,2}$/.test(value)) unfit.push(name);
    return encodeURIComponent(textOf(value));
  });
  if (unfit.length > 0) return `${unfit.join(", ")} must be given, as a text.`;
  const url = new URL(path, base);
  if (route.body === undefined) {
    for (const [name, value] of Object.entries(rest))
      if (value !== null && value !== undefined) url.searchParams.set(name, textOf(value));
    return new Request(url, { method: route.method, headers });
  }
  headers.set("Content-Type", "application/json");
  return new Request(url, { method: route.method, headers, body: JSON.stringify(rest) });
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");
