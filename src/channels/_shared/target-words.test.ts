import { describe, expect, it } from "vitest";
import { maskSecrets, wordsOf } from "./target-words.ts";

describe("the words of a target", () => {
  it("are its first 500 characters on one line", () => {
    expect(wordsOf('{\n  "error": "no\u0000such\ttenant"\n}')).toBe(
      '{ "error": "no such tenant" }',
    );
    expect(wordsOf("😀".repeat(400))?.length).toBe(500);
    expect(wordsOf(" \n ")).toBeNull();
  });

  it.each([
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    "Bearer abc.def-ghi_jkl",
    "123456789:AAH0aBcDeFgHiJkLmNoPqRsTuVwXyZ01234",
    "https://hooks.slack.com/services/T0/B0/secretsecret",
    "https://discord.com/api/webhooks/123/token-token_token",
    "https://user:password@host.dev/x",
    "re_123.abcdefghijklmnop",
  ])("hide what looks like a credential: %s", (secret) => {
    const said = maskSecrets(`refused for ${secret} today`, []);
    expect(said).toContain("***");
    expect(said).toContain("today");
    const tail = secret.slice(-8);
    expect(said.includes(tail) && !secret.includes("@")).toBe(false);
    expect(said).not.toContain("password");
  });

  it("hide the secrets that are known, and leave other words", () => {
    expect(maskSecrets("key s3cret-value-1 of tenant 42", ["s3cret-value-1", "42"])).toBe(
      "key *** of tenant 42",
    );
  });
});
