import { expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../../test/support/api.ts";
import { apiApp } from "../app.ts";
import type { FaultsPort } from "./faults.ts";

const send = (
  faults: FaultsPort,
  method: string,
  path: string,
  body?: unknown,
  key: string | null = ADMIN_KEY,
) =>
  apiApp(fakePorts({ faults }, { publicRead: "operations" })).request(path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(key !== null && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

function emulators() {
  const asked: unknown[] = [];
  const faults: FaultsPort = {
    ask: async (...call) => {
      asked.push(call);
      if (call[1] === "nobody") return { status: 404, json: { error: "no twin nobody" } };
      if (call[1] === "rain") return { status: 400, json: { error: "fault must be of 500" } };
      if (call[1] === "down") return { status: 503, json: undefined };
      return { status: 200, json: { emulators: ["x"], headerStyles: ["none"], faults: {} } };
    },
  };
  return { faults, asked };
}

it("is not there where services are real", async () => {
  for (const [method, path] of [
    ["GET", "/faults"],
    ["PUT", "/faults/x"],
    ["DELETE", "/faults/x"],
  ] as const) {
    const answer = await send(null, method, path, method === "PUT" ? { fault: "500" } : undefined);
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining("local stack alone"),
    ]);
  }
});

it("shows and turns the faults of the stand-ins, for an admin only", async () => {
  const { faults, asked } = emulators();
  expect(await (await send(faults, "GET", "/faults", undefined, null)).json()).toEqual({
    ...{ emulators: ["x"], header_styles: ["none"], faults: {} },
  });
  expect(
    (
      await send(faults, "PUT", "/faults/x", {
        fault: "429",
        rate: 0.5,
        header_style: "retry-after",
      })
    ).status,
  ).toBe(200);
  expect((await send(faults, "DELETE", "/faults/*")).status).toBe(204);
  expect((await send(faults, "PUT", "/faults/x", { fault: "429" }, null)).status).toBe(401);
  expect(asked.slice(1)).toEqual([
    [
      "PUT",
      "x",
      { fault: "429", rate: 0.5, headerStyle: "retry-after", retryAfterSeconds: undefined },
    ],
    ["DELETE", "*"],
  ]);
});

it("names what is wrong with a setting", async () => {
  const { faults } = emulators();
  const wrong = await send(faults, "PUT", "/faults/x", { fault: "500", rate: 2 });
  expect([
    wrong.status,
    ((await wrong.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path),
  ]).toEqual([422, ["rate"]]);
  const said = await Promise.all(
    ["rain", "nobody", "down"].map((name) =>
      send(faults, "PUT", `/faults/${name}`, { fault: "rain" }),
    ),
  );
  expect(said.map(({ status }) => status)).toEqual([422, 404, 503]);
  expect(await said[0]?.text()).toContain("fault must be of 500");
});
