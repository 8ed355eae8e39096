import type { DialsPort } from "../../src/api/dials.ts";
import { outsideCall } from "../../src/http/request.ts";
import type { SharedIsolate } from "./isolate.ts";

/**
 * The dials of the local stack's emulators. Anywhere else there are none, whatever the variables
 * say.
 */
export function emulatorDials({ settings, variables, now }: SharedIsolate): DialsPort {
  const base = variables.EMULATORS_URL;
  if (!settings.LOCAL || base === undefined) return null;
  return {
    async ask(method, name, dial) {
      const request = {
        ...{
          provider: "twins",
          method,
          url: `${base}/${name === "" ? "" : `faults/${encodeURIComponent(name)}`}`,
          timeoutMs: 5_000,
        },
        ...(dial !== undefined && { body: JSON.stringify(dial) }),
      };
      const { status, json } = await outsideCall(request, {
        fetch: (url, init) => fetch(url, init),
        now,
      });
      return { status: status ?? 503, json };
    },
  };
}
