import { describe, expect, it } from "vitest";
import { ALLOWED, REFUSED, refusedUrls } from "../../../test/support/ssrf-corpus.ts";
import { checkEgress, hookProblem } from "./egress.ts";

const policy = { allow: [], ownHosts: ["signals.dev.org"] };

describe("the egress guard", () => {
  it.each(Object.entries(REFUSED))("refuses what is %s", (_, urls) => {
    expect(
      urls.filter((url) => checkEgress(url.replaceAll("PORT", "9"), policy).kind === "allowed"),
    ).toEqual([]);
  });

  it("is tried with eighty spellings at least", () => {
    expect(new Set(refusedUrls(9)).size).toBeGreaterThanOrEqual(80);
  });

  it.each(ALLOWED)("allows %s", (url) => {
    expect(checkEgress(url, policy).kind).toBe("allowed");
  });

  it("gives a reason that does not repeat the URL", () => {
    for (const url of refusedUrls(9)) {
      const verdict = checkEgress(url, policy);
      expect(
        verdict.kind === "refused" && verdict.reason.length > 5 && !verdict.reason.includes("127"),
      ).toBe(true);
    }
  });

  it("opens http and addresses for the listed twin alone", () => {
    const emulators = { allow: ["127.0.0.1:4000"], ownHosts: [] };
    expect(checkEgress("http://127.0.0.1:4000/sink", emulators).kind).toBe("allowed");
    for (const url of [
      "http://127.0.0.1:4001/",
      "http://127.0.0.1/",
      "http://localhost:4000/",
      "http://u@127.0.0.1:4000/",
    ])
      expect(checkEgress(url, emulators).kind).toBe("refused");
  });

  it("takes for a service's hook its own host alone, or a twin of it", () => {
    const env = { EGRESS_ALLOW: ["127.0.0.1:4000"], OWN_HOSTS: [] };
    const problem = (url: string) =>
      hookProblem("url", url, /^hooks\.slack\.com$/, /\/services\/./, env);
    expect(problem("https://hooks.slack.com/services/T/B/x")).toBeNull();
    expect(problem("http://127.0.0.1:4000/slack/services/T/B/x")).toBeNull();
    for (const url of [
      "https://hooks.slack.com.evil.com/services/T",
      "https://evil.com/services/T",
      "https://hooks.slack.com/",
      "https://localhost/services/T",
    ])
      expect(problem(url)).toMatchObject({ path: "url" });
  });
});
