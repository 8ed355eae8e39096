import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CloudAccount, newAccount } from "./account.ts";
import { type CloudEmulator, serveCloudflare } from "./server.ts";

let cloud: CloudEmulator;
beforeEach(async () => {
  cloud = await serveCloudflare(newAccount());
});
afterEach(() => cloud.stop());

type Reply = {
  success: boolean;
  errors: { code: number; message: string }[];
  result: Record<string, unknown>;
};

async function ask(method: string, path: string, body?: unknown): Promise<Reply> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${cloud.url}/accounts/${cloud.account.id}${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.account.token}` },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  return (await response.json()) as Reply;
}

const codeOf = ({ errors }: Reply) => errors[0]?.code;
const queue = (name: string) => ask("POST", "/queues", { queue_name: name });

/** An upload as wrangler sends it. */
function upload(metadata: object): FormData {
  const form = new FormData();
  form.set("metadata", JSON.stringify({ main_module: "index.js", bindings: [], ...metadata }));
  form.set(
    "index.js",
    new File(["export default {}"], "index.js", { type: "application/javascript+module" }),
  );
  return form;
}

const put = (metadata: object) => ask("PUT", "/workers/scripts/w", upload(metadata));
const version = (metadata: object) => ask("POST", "/workers/scripts/w/versions", upload(metadata));
const script = () => cloud.account.scripts.get("w");

it("answers nobody without the token, no other account and no web page", async () => {
  const call = async (path: string, headers: Record<string, string>) =>
    codeOf((await (await fetch(`${cloud.url}${path}`, { headers })).json()) as Reply);
  const token = { authorization: `Bearer ${cloud.account.token}` };
  expect(await call("/accounts", {})).toBe(10000);
  expect(await call("/user/tokens/verify", { authorization: "Bearer wrong" })).toBe(1000);
  expect(await call("/accounts/another/queues", token)).toBe(9109);
  expect(await call("/accounts", { ...token, origin: "https://example.org" })).toBe(10000);
  expect(await call("/accounts", token)).toBeUndefined();
});

it("says which call it does not know", async () => {
  const { errors } = await ask("GET", "/pages/projects");
  expect(errors[0]?.message).toContain("GET /pages/projects");
});

describe("queues", () => {
  it("keeps a queue, refuses its name a second time, and has an end", async () => {
    cloud.account.maxQueues = 2;
    expect((await queue("posts")).success).toBe(true);
    expect(codeOf(await queue("posts"))).toBe(11009);
    expect(codeOf(await queue("Not_a_name"))).toBe(11003);
    await queue("mentions");
    expect(codeOf(await queue("deliveries"))).toBe(11010);
    const listed = await ask("GET", "/queues?name=posts");
    expect(listed.result).toMatchObject([{ queue_name: "posts", consumers: [] }]);
  });

  it("gives a queue one consumer, and keeps what a Worker still uses", async () => {
    const { result } = await queue("posts");
    const consumers = `/queues/${result.queue_id}/consumers`;
    const consumer = { type: "worker", script_name: "w", settings: { batch_size: 5 } };
    expect(codeOf(await ask("POST", consumers, consumer))).toBe(10007);
    await put({ bindings: [{ type: "queue", name: "POSTS", queue_name: "posts" }] });
    expect((await ask("POST", consumers, consumer)).success).toBe(true);
    expect(codeOf(await ask("POST", consumers, consumer))).toBe(11004);
    expect(codeOf(await ask("DELETE", "/workers/services/w?force=true"))).toBe(10064);
    expect(codeOf(await ask("DELETE", `/queues/${result.queue_id}`))).toBe(11005);
    const [made] = cloud.account.queues.get("posts")?.consumers ?? [];
    await ask("DELETE", `${consumers}/${made?.consumer_id}`);
    expect((await ask("DELETE", "/workers/services/w?force=true")).success).toBe(true);
    expect((await ask("DELETE", `/queues/${result.queue_id}`)).success).toBe(true);
    expect(cloud.account.queues.size).toBe(0);
  });
});

describe("an upload", () => {
  const account = (over: Partial<CloudAccount>) => Object.assign(cloud.account, over);
  const variables = (count: number, text = "1") =>
    Array.from({ length: count }, (_, at) => ({ type: "secret_text", name: `V${at}`, text }));

  it.each<[string, Partial<CloudAccount>, object, number]>([
    [
      "Analytics Engine where it is off",
      { analyticsEngine: false },
      { bindings: [{ type: "analytics_engine", name: "A", dataset: "d" }] },
      10089,
    ],
    ["a limit of CPU on the free plan", { plan: "free" }, { limits: { cpu_ms: 10 } }, 100328],
    ["65 variables on the free plan", { plan: "free" }, { bindings: variables(65) }, 10058],
    ["a variable of 6 KB", {}, { bindings: variables(1, "x".repeat(6_000)) }, 10054],
    ["a queue that is not there", {}, { bindings: [{ type: "queue", queue_name: "q" }] }, 11000],
    [
      "a namespace that is not there",
      {},
      { bindings: [{ type: "kv_namespace", namespace_id: "x" }] },
      10041,
    ],
    [
      "a class that no migration made",
      {},
      { bindings: [{ type: "durable_object_namespace", name: "E", class_name: "E" }] },
      10061,
    ],
    ["a module that is missing", {}, { main_module: "other.js" }, 10021],
    ["a migration from another tag", {}, { migrations: { old_tag: "v1", new_tag: "v2" } }, 10079],
  ])("is refused with %s", async (_, over, metadata, code) => {
    account(over);
    expect(codeOf(await put(metadata))).toBe(code);
    expect(script()).toBeUndefined();
  });

  it("keeps the secrets that an upload leaves out, and shows none of them", async () => {
    await put({ bindings: [{ type: "secret_text", name: "KEY", text: "a$b" }] });
    const { result } = await version({ keep_bindings: ["secret_text"] });
    expect(JSON.stringify(result)).not.toContain("a$b");
    expect(result.resources).toMatchObject({ bindings: [{ type: "secret_text", name: "KEY" }] });
    expect(script()?.versions.at(-1)?.bindings).toEqual([
      { type: "secret_text", name: "KEY", text: "a$b" },
    ]);
    expect((await version({})).result.resources).toMatchObject({ bindings: [] });
  });

  it("makes the classes of its migrations once, and none with a version", async () => {
    const migrations = { new_tag: "v1", steps: [{ new_sqlite_classes: ["E"] }] };
    const bindings = [{ type: "durable_object_namespace", name: "E", class_name: "E" }];
    await put({ migrations, bindings });
    expect([...cloud.account.objects.values()]).toEqual([
      { script: "w", class: "E", useSqlite: true },
    ]);
    expect(codeOf(await version({ migrations: { new_tag: "v2" } }))).toBe(10211);
    expect((await version({ bindings })).success).toBe(true);
  });
});

describe("deployments", () => {
  it("share requests between versions that exist, and 100 percent in all", async () => {
    await put({});
    const second = (await version({})).result.id;
    const first = script()?.versions[0]?.id;
    const share = (...versions: [unknown, number][]) =>
      ask("POST", "/workers/scripts/w/deployments", {
        versions: versions.map(([version_id, percentage]) => ({ version_id, percentage })),
      });
    expect(codeOf(await share(["nobody", 100]))).toBe(10203);
    expect(codeOf(await share([first, 50], [second, 40]))).toBe(10206);
    expect((await share([first, 90], [second, 10])).success).toBe(true);
    const { result } = await ask("GET", "/workers/scripts/w/deployments");
    expect((result.deployments as unknown[])[0]).toMatchObject({
      versions: [{ percentage: 90 }, { version_id: second }],
    });
  });

  it("refuse a change of secrets while the latest version is not live", async () => {
    await put({ bindings: [{ type: "secret_text", name: "OLD", text: "1" }] });
    const change = () =>
      ask("PATCH", "/workers/scripts/w/secrets-bulk", {
        secrets: { OLD: null, NEW: { text: "2" } },
      });
    await version({ keep_bindings: ["secret_text"] });
    expect(codeOf(await change())).toBe(10215);
    await put({ keep_bindings: ["secret_text"] });
    expect((await change()).success).toBe(true);
    expect((await ask("GET", "/workers/scripts/w/secrets")).result).toEqual([
      { name: "NEW", type: "secret_text" },
    ]);
  });
});

it("tells the account's plan only to a token that may read it, and its name once it has one", async () => {
  expect((await ask("GET", "/subscriptions")).result).toMatchObject([
    { rate_plan: { id: "workers_paid" } },
  ]);
  Object.assign(cloud.account, { readsBilling: false, subdomain: null });
  expect(codeOf(await ask("GET", "/subscriptions"))).toBe(10000);
  expect(codeOf(await ask("GET", "/workers/subdomain"))).toBe(10007);
  await put({});
  expect(codeOf(await ask("POST", "/workers/scripts/w/subdomain", { enabled: true }))).toBe(10063);
});
