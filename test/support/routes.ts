import { FACTS } from "../../src/model/facts.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import type { Routes } from "../../src/routing/routes.ts";

/** Routes of a text that loads. */
export function routesOf(text: string): Routes {
  const loaded = loadRoutes(text, {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  if (loaded.routes === null) throw new Error("the text holds no routes");
  return loaded.routes;
}
