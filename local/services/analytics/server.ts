import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as z from "zod";
import { dialectProblems } from "../../../src/analytics/dialect.ts";
import { isForeign } from "../../access.ts";
import { listen } from "../../listen.ts";
import type { ClickHouse } from "./chdb.ts";
import { insertPoints, makeTable, WrittenPoint } from "./points.ts";

const MAX_BYTES = 4_000_000;
/** Points wait so long for company: each insert makes a part on disk. */
const GATHER_MS = 1_000;
const MOST_WAITING = 50_000;
const Points = z.object({ points: z.array(WrittenPoint).max(1_000) });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new RangeError("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "Content-Type": "application/json" }).end(text);
}

/**
 * Stands in for Workers Analytics Engine: `POST /points` takes what the binding would, and
 * `POST .../analytics_engine/sql` runs SELECTs on ClickHouse, after the same refusals. Both ask for
 * `token`. Answers how to stop it.
 */
export async function serveAnalytics(
  clickhouse: ClickHouse,
  { port, token }: { port: number; token: string },
): Promise<() => void> {
  makeTable(clickhouse);
  let waiting: WrittenPoint[] = [];
  const flush = () => {
    const points = waiting;
    waiting = [];
    insertPoints(clickhouse, points, Date.now());
  };
  const timer = setInterval(flush, GATHER_MS);

  function take(text: string): [number, unknown] {
    const given = Points.safeParse(JSON.parse(text));
    if (!given.success) return [422, { error: z.prettifyError(given.error) }];
    const now = Math.floor(Date.now() / 1000);
    waiting.push(...given.data.points.map((point) => ({ at: now, ...point })));
    if (waiting.length > MOST_WAITING) flush();
    return [200, {}];
  }

  function query(sql: string): [number, unknown] {
    const problems = dialectProblems(sql);
    if (problems.length > 0)
      return [422, { error: `Analytics Engine does not know ${problems.join(", ")}` }];
    flush();
    try {
      return [200, clickhouse.run(sql.replace(/\s*FORMAT\s+JSON\s*$/i, ""))];
    } catch (error) {
      return [422, { error: String(error).slice(0, 1_000) }];
    }
  }

  const server = createServer(async (request, response) => {
    if (isForeign(request)) return answer(response, 403, { error: "not for web pages" });
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (request.method !== "POST") return answer(response, 200, { service: "analytics" });
    if (request.headers.authorization !== `Bearer ${token}`)
      return answer(response, 401, { error: "the token is missing or wrong" });
    try {
      const text = await bodyOf(request);
      if (path === "/points") return answer(response, ...take(text));
      if (path.endsWith("/analytics_engine/sql")) return answer(response, ...query(text));
      return answer(response, 404, { error: "there is nothing here" });
    } catch (error) {
      return answer(response, error instanceof RangeError ? 413 : 400, { error: String(error) });
    }
  });
  const stop = await listen(server, port);
  return () => {
    clearInterval(timer);
    flush();
    stop();
    clickhouse.close();
  };
}
