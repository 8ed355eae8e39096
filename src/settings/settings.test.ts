import { expect, it } from "vitest";
import { JudgingSettings, Settings } from "./settings.ts";

const read = (given: Record<string, string>) =>
  Settings.safeParse({ DATABASE_URL: "postgresql://a@b/c", ...given });

it.each(["changeme", "ess_ops.short", "ess_ops", "ess_ops.0123456789abcdef 0123456789"])(
  "refuses the admin key %j, which could be guessed or never be sent",
  (key) => {
    const { error } = read({ ADMIN_KEY: key });
    expect(error?.issues.map(({ path, message }) => [path[0], message])).toEqual([
      ["ADMIN_KEY", expect.stringContaining("ess_ID.SECRET")],
    ]);
  },
);

it("takes a generated admin key, and none at all", () => {
  const key = "ess_ops.0123456789abcdef01234567";
  expect(
    [read({ ADMIN_KEY: key }), read({ ADMIN_KEY: "" }), read({})].map(
      ({ data }) => data?.ADMIN_KEY,
    ),
  ).toEqual([key, undefined, undefined]);
});

it("reads an environment such as process.env, which is no plain object", () => {
  const environment = Object.assign(Object.create(Object.create(null)), { SPAM_FROM: "0.4" });
  expect(JudgingSettings.parse(environment).SPAM_FROM).toBe(0.4);
});
