/**
 * What the tests in workerd run in: the objects under test, without the rest of the Worker, which
 * takes half a minute to load.
 */
export { MetricsObject } from "../workers/metrics-object.ts";
export { ProviderObject } from "../workers/provider-object.ts";
export { StreamObject } from "../workers/stream-object.ts";

export default {};
