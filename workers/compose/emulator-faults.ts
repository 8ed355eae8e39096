import type { FaultsPort } from "../../src/api/routes/faults.ts";
import { outsideCall } from "../../src/http/request.ts";
import type { SharedIsolate } from "./isolate.ts";

/**
 * The faults of the local stack's emulators. Anywhere else there are none, whatever the variables
 * say.
 */
export function emulatorFaults({ settings: { core }, now }: SharedIsolate): FaultsPort {
  const base = core.EMULATORS_URL;
  if (!core.LOCAL || base === undefined) return null;
  return {
    async ask(method, name, fault) {
      const request = {
        ...{
          provider: "twins",
          method,
          url: `${base}/${name === "" ? "" : `faults/${encodeURIComponent(name)}`}`,
          timeoutMs: 5_000,
        },
        ...(fault !== undefined && { body: JSON.stringify(fault) }),
      };
      const { status, json } = await outsideCall(request, {
        fetch: (url, init) => fetch(url, init),
        now,
      });
      return { status: status ?? 503, json };
    },
  };
}
