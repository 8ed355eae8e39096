import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { answerPage, PAGES } from "./pages.ts";

const ROOT = join(import.meta.dirname, "../..");
const assets = { fetch: async () => new Response("a page") };
const ask = (method: string, path: string) =>
  answerPage(new Request(`http://server.test${path}`, { method }), assets);

it("serves a page, and names what is possible instead of another method", async () => {
  expect(await (await ask("GET", "/operate"))?.text()).toBe("a page");
  expect((await ask("HEAD", "/"))?.status).toBe(200);
  const refused = await ask("DELETE", "/");
  expect([refused?.status, refused?.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  expect(await ask("GET", "/events")).toBeUndefined();
});

it("knows every page there is, as wrangler.toml does", () => {
  const files = globSync("*.{html,svg}", { cwd: join(ROOT, "public") });
  const addresses = files.map((file) => `/${file.replace(/(^index)?\.html$/, "")}`);
  expect([...PAGES].sort()).toEqual(addresses.sort());
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const first = /run_worker_first = (\[.*\])/.exec(toml)?.[1] ?? "[]";
  expect((JSON.parse(first) as string[]).sort()).toEqual([...PAGES].sort());
});
