import { expect, it } from "vitest";
import { channelOf, NOON, outboxWorld } from "../../test/support/outbox.ts";
import { routesOf } from "../../test/support/routes.ts";
import { iso } from "../kit/time.ts";
import { routesOfTenants } from "../routing/tenant-routes.ts";

const HOUR = 3_600_000;
const ANY_ROW = { status: null, channelId: null, since: null };
const PAGE = { limit: 10, cursor: null };

const routes = (text: string) => routesOf(`version: "1.0"\n${text}`);

async function worldOf(text: string) {
  const world = await outboxWorld({ tenant: "acme" });
  await world.store.addTenant("acme", iso(NOON));
  world.routes.ofTenants.set("acme", routes(text));
  return world;
}

it("waits for the mute times of its own tenant", async () => {
  const world = await worldOf(`route:
  mute_times: [lunch]
mute_times:
  lunch: [{ from: "11:00", to: "13:00" }]
`);
  world.routes.inForce = routes(`route: {}\n`);
  const id = await world.change();
  expect(await world.deliver(id)).toMatchObject({ kind: "later", at: NOON + HOUR });
  world.routes.ofTenants.set("acme", routes(`route: {}\nmute_times: { lunch: [] }\n`));
  world.clock.now = NOON + HOUR;
  expect(await world.deliver(id)).toMatchObject({ kind: "done" });
});

it("repeats for its own tenant", async () => {
  const world = await worldOf("route:\n  repeat_interval: 1h\n");
  expect(await world.deliver(await world.change())).toMatchObject({ repeatAt: NOON + HOUR });
  const { items } = await world.store.ownRows("acme").outbox(ANY_ROW, PAGE);
  expect(items).toHaveLength(2);
  expect((await world.store.ownRows("default").outbox(ANY_ROW, PAGE)).items).toEqual([]);
});

it("is asked for the tenants that have channels, once each, and for no default one", async () => {
  const asked: string[] = [];
  const found = await routesOfTenants(
    ["default", "acme", "beta", "acme"].map((tenant, id) => channelOf({ id, tenant })),
    async (tenant) => {
      asked.push(tenant);
      return tenant === "acme" ? routes("route: {}\n") : null;
    },
  );
  expect(asked).toEqual(["acme", "beta"]);
  expect([...found.keys()]).toEqual(["acme"]);
  const ours = await routesOfTenants([channelOf()], () => Promise.reject(new Error("asked")));
  expect(ours.size).toBe(0);
});
