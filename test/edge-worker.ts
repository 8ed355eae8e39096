/**
 * What the tests in workerd run in: the objects under test, without the rest of the Worker, which
 * takes half a minute to load.
 */
export { MetricsObject } from "../workers/objects/metrics.ts";
export { ProviderObject } from "../workers/objects/provider.ts";
export { StreamObject } from "../workers/objects/stream.ts";

export default {};
