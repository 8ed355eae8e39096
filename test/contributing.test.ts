import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messageProblems } from "../.ci/commit-messages.ts";

const ROOT = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/**
 * Paths of the repository in a text: what stands in backticks or links and names a file or folder.
 */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`|\]\(([^)\s]+)\)/g)].map(
    ([, code, link]) => code ?? link ?? "",
  );
  return quoted
    .flatMap((words) => words.split(/\s+/))
    .map((word) => word.replace(/#.*$/, ""))
    .filter((word) =>
      /^(\.ci|bench|cli|docs|local|migrations|models|public|rules|samples|scripts|src|test|workers)\/[\w./-]*$|^[\w-]+\.(md|json|toml|ts)$/.test(
        word,
      ),
    );
}

describe("CONTRIBUTING.md", () => {
  const text = read("CONTRIBUTING.md");

  it("names only files and folders that exist", () => {
    const paths = pathsIn(text);
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("names only npm commands that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("has a numbered recipe for every extension point", () => {
    const recipes = text.split(/^### /m).slice(1);
    const titles = recipes.map((recipe) => recipe.split("\n")[0]);
    expect(titles).toEqual([
      "Add a rule",
      "Add a source",
      "Add an enricher",
      "Add a channel",
      "Add a fact that rules may name",
      "Add a column",
      "Add a setting",
      "Add an API route",
      "Add a metric",
      "Add a CLI command",
      "Add a Durable Object",
    ]);
    expect(recipes.filter((recipe) => !/^1\. [\s\S]*^2\. /m.test(recipe))).toEqual([]);
  });
});

describe("docs/decisions/README.md", () => {
  it("lists every decision under its title, with a date and a status", () => {
    const index = read("docs/decisions/README.md");
    const pages = globSync("docs/decisions/[0-9]*.md", { cwd: ROOT }).sort();
    expect(pages.length).toBeGreaterThan(25);
    const missing = pages.filter((page) => {
      const title = /^# \d+:? (.*)$/m.exec(read(page))?.[1] ?? "";
      const file = page.split(/[\\/]/).at(-1) ?? "";
      const row = index.split("\n").find((line) => line.includes(`(${file})`)) ?? "";
      return !(row.includes(title) && /\| \d{4}-\d\d-\d\d \| \w+/.test(row));
    });
    expect(missing).toEqual([]);
  });
});

describe("the check of commit messages", () => {
  it("takes an order with a reason", () => {
    const good = "outbox: hold rows of a paused channel\n\nA paused channel kept its leases.\n";
    expect(messageProblems(good)).toEqual([]);
    expect(messageProblems("Process posts in batches\n\nHalf the time.")).toEqual([]);
  });

  it.each([
    ["a long subject", `Add ${"x".repeat(70)}\n\nWhy.`, "74 characters"],
    ["a past form", "Added a route\n\nWhy.", '"Added"'],
    ["a third person", "api: adds a route\n\nWhy.", '"adds"'],
    ["two ideas", "Add a route; drop a table\n\nWhy.", "two ideas"],
    ["no body", "Add a route\n", "no body"],
    ["a body that begins at once", "Add a route\nbecause\n", "second line"],
  ])("refuses %s", (_, message, problem) => {
    expect(messageProblems(message).join("\n")).toContain(problem);
  });
});
