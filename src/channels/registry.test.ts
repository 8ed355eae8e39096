import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TELEGRAM_ENV } from "../../test/support/outbox.ts";
import { ChannelEnv } from "../settings/settings.ts";
import { mergeSettings, REDACTED, redactSecrets } from "./_shared/secrets.ts";
import { channelCatalogue } from "./catalogue.ts";
import { CHANNELS } from "./registry.ts";

const env = ChannelEnv.parse(TELEGRAM_ENV);

describe("the registry of channels", () => {
  it("lists every file or folder that makes a channel", () => {
    const here = import.meta.dirname;
    const registry = readFileSync(join(here, "registry.ts"), "utf8");
    const makers = readdirSync(here, { recursive: true, encoding: "utf8" }).filter(
      (file) =>
        file.endsWith(".ts") &&
        !file.endsWith(".test.ts") &&
        /^export const \w+ = channel\(/m.test(readFileSync(join(here, file), "utf8")),
    );
    for (const file of makers) expect(registry).toContain(`from "./${file}"`);
    expect(makers).toHaveLength(CHANNELS.length);
    expect(makers.length).toBeGreaterThanOrEqual(6);
  });

  it.each(CHANNELS)("$kind has docs, and an example that opens and shows every state", (kind) => {
    expect(kind.docs.length).toBeGreaterThan(40);
    const opening = kind.open(kind.example, env);
    expect(opening.kind).toBe("open");
  });
});

describe("the catalogue", () => {
  const catalogue = channelCatalogue({
    env,
    now: () => 0,
    fetch: () => Promise.reject(new Error("offline")),
    randomBytes: (count) => new Uint8Array(count).fill(7),
  });

  it("previews each kind in each state and never prints undefined", () => {
    for (const { kind } of CHANNELS)
      for (const state of ["verified", "downgraded", "candidate"] as const) {
        const preview = catalogue.preview(kind, {}, [state]);
        expect(preview.kind, kind).toBe("ok");
        expect(JSON.stringify(preview)).not.toMatch(/undefined|\{symbol\}|\[object/);
      }
  });

  it("makes a secret when none is given, and keeps the old one beside a new one", () => {
    const made = catalogue.create("webhook", { url: "https://example.com/" });
    if (made.kind === "invalid") throw new Error("refused");
    expect(made.generated.secrets).toEqual(made.settings.secrets);
    const rotated = catalogue.update(
      "webhook",
      { ...made.settings, secrets: ["whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="] },
      {},
      true,
    );
    expect(rotated.kind === "ok" && rotated.settings.secrets).toEqual([
      ...(made.settings.secrets as string[]),
      "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
    ]);
    expect(catalogue.update("slack", {}, {}, true).kind).toBe("invalid");
  });

  it("names fields as they are called on the wire", () => {
    expect(catalogue.create("telegram", {})).toMatchObject({
      kind: "invalid",
      problems: [{ path: "settings.chat_id" }],
    });
    expect(catalogue.create("pigeon", {})).toMatchObject({
      kind: "invalid",
      problems: [{ path: "kind", message: expect.stringContaining("telegram") }],
    });
    expect(
      catalogue.create("telegram", { chatId: 1, templates: { verified: "{nonsense}" } }),
    ).toMatchObject({
      problems: [{ path: "settings.templates.verified" }],
    });
  });

  it("describes settings by their names on the wire", () => {
    const telegram = catalogue.kinds().find(({ kind }) => kind === "telegram");
    expect(telegram?.settings.required).toEqual(["chat_id"]);
    expect(Object.keys(telegram?.settings.properties ?? {})).toContain("thread_id");
  });
});

describe("secrets in settings", () => {
  const discord = CHANNELS.find(({ kind }) => kind === "discord");

  it("are never read back", () => {
    expect(redactSecrets(discord, { url: "https://x/token", username: "u" })).toEqual({
      url: "https://x/…oken",
      username: "u",
    });
    expect(redactSecrets(undefined, { a: 1, b: 2 })).toEqual({ a: REDACTED, b: REDACTED });
  });

  it("of a hook are its address too, of which the origin and four characters are shown", () => {
    const webhook = CHANNELS.find(({ kind }) => kind === "webhook");
    const url = "https://hooks.dev.org:8443/in/s3cret-path?key=abcd1234";
    const shown = redactSecrets(webhook, { url });
    expect(shown).toEqual({ url: "https://hooks.dev.org:8443/…1234" });
    expect(mergeSettings({ url }, shown)).toEqual({ url });
  });

  it("stay when an update sends the placeholder back, and go when it sends null", () => {
    expect(
      mergeSettings({ url: "secret", username: "u" }, { url: REDACTED, username: null }),
    ).toEqual({ url: "secret" });
  });
});
