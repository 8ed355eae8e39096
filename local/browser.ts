import { spawn } from "node:child_process";

/** The machine, as far as it matters whether a browser can be opened. */
export type Desktop = {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** A person reads what is printed. */
  terminal: boolean;
};

/**
 * The command that opens an address, or undefined where nobody would see it: without a terminal or
 * a display, over ssh and in CI. `wanted` (--open) asks for it all the same.
 */
export function openCommand(
  url: string,
  { platform, env, terminal }: Desktop,
  wanted: boolean | undefined,
): [file: string, ...args: string[]] | undefined {
  if (wanted === false) return undefined;
  const seen = terminal && !env.CI && !env.SSH_CONNECTION;
  const display = platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  if (wanted === undefined && !(seen && display)) return undefined;
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["cmd", "/c", "start", "", url];
  return ["xdg-open", url];
}

/** Opens the page; that it cannot be opened is no fault of the stack. */
export function openPage(url: string, wanted: boolean | undefined): void {
  const { platform, env, stdout } = process;
  const command = openCommand(url, { platform, env, terminal: stdout.isTTY === true }, wanted);
  if (command === undefined) return;
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
