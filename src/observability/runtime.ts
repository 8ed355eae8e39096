import type { Clock } from "../kit/time.ts";
import type { WriteLog } from "./log.ts";
import type { WriteSpan } from "./spans/span.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * What every handler and actor may use of the time and of reporting. `span`: where the spans of
 * posts are exported.
 */
export type RuntimePorts = {
  now: Clock;
  log: WriteLog;
  telemetry: Telemetry;
  span?: WriteSpan | undefined;
};
