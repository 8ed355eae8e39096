import { FACTS } from "../../src/model/facts.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import type { Routes } from "../../src/routing/routes.ts";

/** When messages of the mute time wait, in minutes after the first post. */
export const MUTED_MINUTES = [30, 36] as const;
const CROWD_SCORE = 12;

/** A fall is no news for the group and the late hook, and a crowd is news for hooks alone. */
const TEXT = `
version: "1.0"
route:
  routes:
    - { name: falls, match: state == "downgraded", channels: [hook, chat, mail] }
    - { name: crowds, match: score >= ${CROWD_SCORE}, channels: [hook, late], mute_times: [walk] }
    - { name: rest, match: score < ${CROWD_SCORE} }
mute_times:
  walk: [{ from: "12:${MUTED_MINUTES[0]}", to: "12:${MUTED_MINUTES[1]}" }]
`;

/** Who is notified of what, and by which route: the same said once more, by other code. */
export function expectedRoute({ state, score }: { state: string; score: number }): {
  route: string;
  channels: readonly string[];
} {
  if (state === "downgraded") return { route: "falls", channels: ["hook", "chat", "mail"] };
  return score >= CROWD_SCORE
    ? { route: "crowds", channels: ["hook", "late"] }
    : { route: "rest", channels: ["hook", "group", "chat", "mail", "late"] };
}

export function simRoutes(): Routes {
  const loaded = loadRoutes(TEXT, {}, FACTS);
  if (loaded.kind === "rejected" || loaded.routes === null) throw new Error(JSON.stringify(loaded));
  return loaded.routes;
}
