import { describe, expect, it } from "vitest";
import { DAY_MS, NOW, reader } from "../../test/support/poll-reader.ts";
import { bigquery } from "./bigquery.ts";

describe("a query of BigQuery", () => {
  const fields = ["id", "text", "posted_at"].map((name) => ({
    name,
    type: name === "posted_at" ? "TIMESTAMP" : "STRING",
  }));
  const row = (at: number, id: string) => ({
    f: [id, "$DEMO moved", String(at * 1_000)].map((v) => ({ v })),
  });
  const KEY = crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2_048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign"],
  );

  async function account() {
    const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", (await KEY).privateKey));
    const pem =
      `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...der))}\n-----END ` +
      `PRIVATE KEY-----`;
    return {
      BQ_SOURCE_SQL: "SELECT id, text, posted_at FROM `p.d.t` -- all of it",
      GCP_SA_JSON: JSON.stringify({ client_email: "a@b.c", private_key: pem, project_id: "p" }),
    };
  }

  async function setUp(rows: unknown[]) {
    const set = reader(bigquery, await account(), ({ url, body }) => {
      if (url.pathname === "/token") return { access_token: "t", expires_in: 3_600 };
      const common = { jobComplete: true, schema: { fields }, totalBytesProcessed: "1000" };
      return JSON.parse(body).dryRun ? common : { ...common, rows, totalRows: String(rows.length) };
    });
    const params = () =>
      Object.fromEntries(
        JSON.parse(set.calls.at(-1)?.body ?? "{}").queryParameters.map(
          (each: { name: string; parameterValue: { value: string } }) => [
            each.name,
            each.parameterValue.value,
          ],
        ),
      );
    return { ...set, params };
  }

  it("gives a post a row, and looks again at the last hours, because rows come late", async () => {
    const { read, params } = await setUp([row(NOW - 5_000, "a"), row(NOW - 1_000, "b")]);
    const { posts, cursor, more } = await read();
    expect(posts).toMatchObject([
      { source: "bigquery", id: "a", author: "bigquery", text: "$DEMO moved" },
      { id: "b" },
    ]);
    expect([more, params()]).toEqual([
      false,
      { since: new Date(NOW - DAY_MS).toISOString(), after: "" },
    ]);
    await read(cursor);
    expect(params()).toEqual({
      since: new Date(NOW - 1_000 - 2 * 3_600_000).toISOString(),
      after: "",
    });
  });

  it("goes on exactly after the last row of a poll that was full", async () => {
    const full = Array.from({ length: 1_000 }, (_, i) =>
      row(NOW - 1_000, `id-${String(i).padStart(4, "0")}`),
    );
    const { read, params } = await setUp(full);
    const { cursor, more } = await read(null, "2026-11-01T00:00:00.000Z");
    expect([more, params().since]).toEqual([true, "2026-11-01T00:00:00.000Z"]);
    await read(cursor, "2026-11-01T00:00:00.000Z");
    expect(params()).toEqual({ since: new Date(NOW - 1_000).toISOString(), after: "id-0999" });
  });

  it("names the same question by the same id, so that a lost answer is not paid twice", async () => {
    const { read, calls } = await setUp([row(NOW - 5_000, "a")]);
    const { cursor } = await read();
    await read();
    await read(cursor);
    const ids = calls.flatMap(({ body }) =>
      body.startsWith("{") ? (JSON.parse(body).requestId ?? []) : [],
    );
    expect([ids.length, ids[0] === ids[1], ids[1] === ids[2], ids[0]?.length <= 36]).toEqual([
      3,
      true,
      false,
      true,
    ]);
  });

  it("renews its token once when it is refused, and then tells the breaker that the account is", async () => {
    const { read, calls } = reader(bigquery, await account(), ({ url }) =>
      url.pathname === "/token"
        ? { access_token: "t", expires_in: 3_600 }
        : new Response("<html>", { status: 401 }),
    );
    expect((await read()).verdict).toMatchObject({ kind: "auth" });
    expect(calls.map(({ url }) => url.pathname.split("/").at(-1))).toEqual([
      "token",
      "queries",
      "token",
      "queries",
    ]);
    expect((await read()).verdict.reason).toBe("breaker open after auth");
  });

  it("keeps its cursor when the query fails or finds nothing", async () => {
    const cursor = JSON.stringify({ at: "2026-11-20T09:00:00.000Z", id: "a", behind: false });
    expect((await (await setUp([])).read(cursor)).cursor).toBe(cursor);
  });
});
