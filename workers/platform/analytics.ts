import { utf8Prefix } from "../../src/kit/utf8.ts";
import type { DataPoint } from "../../src/observability/points/collector.ts";

/** Analytics Engine takes 250 points an invocation and drops the rest in silence. */
export const MAX_POINTS = 250;
/** Of UTF-8. A point that is larger is dropped in silence. */
const MAX_INDEX_BYTES = 96;
/** All blobs of a point together have 16 KB; each of ours gets an equal part. */
const MAX_BLOB_BYTES = 700;

/** As the binding of Analytics Engine has it; named here because tests run without its types. */
type EnginePoint = { indexes: string[]; blobs: string[]; doubles: number[] };

/** A point as the binding takes it, within its limits. */
export const boundedPoint = ({ index, blobs, doubles }: DataPoint): EnginePoint => ({
  indexes: [utf8Prefix(index, MAX_INDEX_BYTES)],
  blobs: blobs.map((blob) => utf8Prefix(blob, MAX_BLOB_BYTES)),
  doubles,
});

/** Writes an invocation's points. Never throws: nobody waits for statistics. */
export function writePoints(
  dataset: { writeDataPoint(point: EnginePoint): void },
  points: DataPoint[],
): void {
  for (const point of points) {
    try {
      dataset.writeDataPoint(boundedPoint(point));
    } catch {
      return;
    }
  }
}

const SINK_TIMEOUT_MS = 5_000;

/** Sends an invocation's points to what stands in for the dataset on this machine. Never throws. */
export async function sendPoints(
  points: DataPoint[],
  sink: { url: string; token: string },
): Promise<void> {
  if (points.length === 0) return;
  try {
    const answer = await fetch(sink.url, {
      method: "POST",
      headers: { authorization: `Bearer ${sink.token}` },
      body: JSON.stringify({ points: points.map(boundedPoint) }),
      signal: AbortSignal.timeout(SINK_TIMEOUT_MS),
    });
    await answer.body?.cancel();
  } catch {
    return;
  }
}
