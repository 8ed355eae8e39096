import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { tenantServer } from "../test/support/tenant-calls.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { keys } from "./commands/keys.ts";
import { tenants } from "./commands/tenants.ts";

async function operator() {
  const { ports } = await tenantServer();
  const app = apiApp(ports);
  return {
    tenants: (...args: string[]) => runCommand(tenants, args, app),
    keys: (...args: string[]) => runCommand(keys, args, app, { json: true }),
  };
}

describe("stream tenants", () => {
  it("makes one, gives it a key, lists it and removes it", async () => {
    const run = await operator();
    expect((await run.tenants("create", "new")).out).toEqual(["created new"]);
    const made = await run.keys("create", "boss", "--scope", "admin", "--tenant", "new");
    expect(JSON.parse(made.out.join(""))).toMatchObject({ name: "boss", tenant: "new" });
    const listed = (await run.tenants("list")).out;
    expect(listed.find((line) => line.includes("new"))).toMatch(/new +\S+ +0 +1/);
    expect((await run.tenants("remove", "new")).out).toEqual(["removed new"]);
    expect((await run.tenants()).out.join()).not.toContain("new");
    const shown = JSON.parse((await run.keys("list")).out.join(""));
    expect(shown).toContainEqual(expect.objectContaining({ name: "boss", tenant: "new" }));
  });

  it("sets quotas, and shows them with what is used", async () => {
    const run = await operator();
    const set = await run.tenants("set", "acme", "--quota", "channels=9", "--quota", "keys=none");
    const shown = (await run.tenants("show", "acme")).out;
    expect(set.out).toEqual(shown);
    expect(shown.find((line) => line.startsWith("channels"))).toMatch(/channels +9 +1 +-/);
    expect(shown.find((line) => line.startsWith("keys"))).toMatch(/keys +none +5 +-/);
    for (const [quota, said] of [
      ["chanels=1", /did you mean channels/],
      ["channels", /there is no quota "channels"/],
      ["channels=many", /must be a whole number/],
    ] as const)
      await expect(run.tenants("set", "acme", "--quota", quota)).rejects.toThrow(said);
    await expect(run.tenants("set", "acme")).rejects.toThrow(UsageError);
  });

  it("needs one name", async () => {
    const run = await operator();
    await expect(run.tenants("create")).rejects.toThrow(UsageError);
    await expect(run.tenants("remove", "a", "b")).rejects.toThrow(UsageError);
  });
});
