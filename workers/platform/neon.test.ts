import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../src/store/index.ts";
import { neonSql } from "./neon.ts";

const DATABASE_URL = "postgresql://user:secret@db.example.org/main";
const sqlError = (code: string) =>
  JSON.stringify({ message: "the message", code, severity: "ERROR" });

describe("PostgreSQL over HTTP", { timeout: 30_000 }, () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /**
   * A client whose every statement gets this answer; none when `status` is 0: the connection is
   * cut, or kept waiting.
   */
  async function answering(status: number, body: string, cut = false) {
    const listening = createServer((_, response) => {
      if (status > 0) response.writeHead(status).end(body);
      else if (cut) response.destroy();
    });
    server = listening;
    const port = await new Promise<number>((resolve) =>
      listening.listen(0, "127.0.0.1", () => {
        const address = listening.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      }),
    );
    return neonSql({
      databaseUrl: DATABASE_URL,
      fetchEndpoint: `http://127.0.0.1:${port}/sql`,
      timeoutMs: status === 0 && !cut ? 300 : 20_000,
    });
  }

  it.each([
    ["a lost connection to the server", 400, sqlError("08006")],
    ["a shutdown", 400, sqlError("57P01")],
    ["a deadlock", 400, sqlError("40P01")],
    ["too many connections", 400, sqlError("53300")],
    ["tables that are not there yet", 400, sqlError("42P01")],
    ["a refused password", 400, sqlError("28P01")],
    ["a proxy error without a code", 400, sqlError("")],
    ["a database that does not wake", 500, "{}"],
    ["an overloaded proxy", 429, "slow down"],
    ["a reply that is cut in the middle", 200, '{"rows": [['],
    ["no answer in time", 0, ""],
  ])("says unavailable on %s, so that the work waits", async (_, status, body) => {
    const sql = await answering(status, body);
    await expect(sql.query("select 1", [])).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it("says unavailable when the connection is cut or refused", async () => {
    const cut = await answering(0, "", true);
    await expect(cut.query("select 1", [])).rejects.toBeInstanceOf(StoreUnavailable);
    const refused = neonSql({ databaseUrl: DATABASE_URL, fetchEndpoint: "http://127.0.0.1:1/sql" });
    await expect(refused.query("select 1", [])).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it.each([
    ["a violated constraint", 400, sqlError("23505")],
    ["text that does not fit", 400, sqlError("22P02")],
    ["a syntax error", 400, sqlError("42601")],
    ["a request that is too large", 413, "{}"],
    ["a reply that is too large", 507, "{}"],
  ])("lets %s through as the bug it is", async (_, status, body) => {
    const sql = await answering(status, body);
    const error = await sql.query("select 1", []).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailable);
  });
});
