import { COST_PANELS } from "./costs.ts";
import { LATENCY_PANELS } from "./latency.ts";
import type { Panel } from "./panel.ts";
import { POST_PANELS } from "./posts.ts";
import { DELIVERY_PANELS, SERVICE_PANELS } from "./services.ts";
import { SIGNAL_PANELS } from "./signals.ts";

/** Every chart of the dashboard, in the order of the page. */
export const PANELS: readonly Panel[] = [
  ...POST_PANELS,
  ...LATENCY_PANELS,
  ...SERVICE_PANELS,
  ...DELIVERY_PANELS,
  ...SIGNAL_PANELS,
  ...COST_PANELS,
];
