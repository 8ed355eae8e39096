import { describe, expect, it } from "vitest";
import { settingsOf } from "./channel-options.ts";

describe("a setting of a channel", () => {
  const from = (stdin: string, env: Record<string, string> = {}) => ({
    env,
    stdin: (async function* () {
      yield stdin;
    })(),
  });

  it("is taken as it stands, as JSON where it is that", async () => {
    const pairs = ["url=https://a.example/?b=c", "thread_id=7", "chat_id=-1001234567890123456"];
    expect(await settingsOf(pairs, from(""))).toEqual({
      url: "https://a.example/?b=c",
      thread_id: 7,
      chat_id: "-1001234567890123456",
    });
  });

  it("is taken from stdin, a line each, or from the environment", async () => {
    const pairs = ["url=env:HOOK_URL", "secret=-", "name=x", "token=-"];
    const io = from("first\r\nsecond\n", { HOOK_URL: "https://a.example/in" });
    expect(await settingsOf(pairs, io)).toEqual({
      url: "https://a.example/in",
      secret: "first",
      name: "x",
      token: "second",
    });
  });

  it("is refused where it is not there", async () => {
    await expect(settingsOf(["a=-"], from(""))).rejects.toThrow("stdin holds no line for a");
    await expect(settingsOf(["a=env:NO"], from(""))).rejects.toThrow("NO is not set");
    await expect(settingsOf(["=x"], from(""))).rejects.toThrow("SETTING=VALUE");
  });
});
