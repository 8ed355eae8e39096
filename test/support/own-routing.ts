import type { OwnRoutingPorts, RoutingPorts } from "../../src/api/routes/routing.ts";
import { FACTS } from "../../src/model/facts.ts";
import { DEFAULT_TENANT } from "../../src/model/tenant.ts";
import { previewRoutes } from "../../src/outbox/route-preview.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import type { Routes } from "../../src/routing/routes.ts";
import type { Store } from "../../src/store/index.ts";

/** Routes of each tenant over a store; `first` are those of the default one until some are pushed. */
export function storedRouting(store: Store, first: Routes | null, now: () => number): RoutingPorts {
  const texts = new Map<string, string>();
  const own = (tenant: string): OwnRoutingPorts => {
    const rows = store.ownRows(tenant);
    const current = () => {
      const text = texts.get(tenant);
      if (text === undefined) return tenant === DEFAULT_TENANT ? first : null;
      const loaded = loadRoutes(text, {}, FACTS);
      return loaded.kind === "loaded" ? loaded.routes : null;
    };
    return {
      current: async () => current(),
      status: () => ({ loadedAt: null, rejected: null }),
      load: (text, known) => loadRoutes(text, {}, FACTS, known),
      publish: async (text) => void texts.set(tenant, text),
      askMuted: async () => undefined,
      refused: () => undefined,
      channels: async () =>
        (await rows.channels()).map(({ name, kind }) => ({ name, kind, collects: true })),
      preview: async (tried) =>
        previewRoutes(
          {
            ...tried,
            channels: await rows.channels(),
            notify: { minScore: 10, on: ["verified"] },
          },
          store,
        ),
      vocabulary: FACTS,
      store: { event: store.event, auditLog: rows.auditLog, recordChange: rows.recordChange },
      now,
    };
  };
  return { of: own };
}
