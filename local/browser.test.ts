import { expect, it } from "vitest";
import { type Desktop, openCommand } from "./browser.ts";

const URL_OF_PAGE = "http://127.0.0.1:8787/";
const desktop = (over: Partial<Desktop> = {}): Desktop => ({
  platform: "linux",
  env: { DISPLAY: ":0" },
  terminal: true,
  ...over,
});
const open = (over?: Partial<Desktop>, wanted?: boolean) =>
  openCommand(URL_OF_PAGE, desktop(over), wanted);

it("opens the page where a person sits before a terminal and a display", () => {
  expect(open()).toEqual(["xdg-open", URL_OF_PAGE]);
  expect(open({ env: { WAYLAND_DISPLAY: "wayland-0" } })).toEqual(["xdg-open", URL_OF_PAGE]);
  expect(open({ platform: "darwin", env: {} })).toEqual(["open", URL_OF_PAGE]);
  expect(open({ platform: "win32", env: {} })).toEqual(["cmd", "/c", "start", "", URL_OF_PAGE]);
});

it.each<[string, Partial<Desktop>]>([
  ["without a terminal", { terminal: false }],
  ["without a display", { env: {} }],
  ["over ssh", { env: { DISPLAY: ":0", SSH_CONNECTION: "1" } }],
  ["in CI", { env: { DISPLAY: ":0", CI: "true" } }],
])("opens nothing %s, unless it is asked to", (_, over) => {
  expect(open(over)).toBeUndefined();
  expect(open(over, true)).toEqual(["xdg-open", URL_OF_PAGE]);
});

it("opens nothing when it is told not to", () => {
  expect(open({}, false)).toBeUndefined();
});
