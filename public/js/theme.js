const STORE = "event-stream-theme";

export function theme() {
  const root = document.documentElement;
  const dark = () =>
    root.dataset.theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  const stored = localStorage.getItem(STORE);
  if (stored) root.dataset.theme = stored;
  return {
    toggle() {
      root.dataset.theme = dark() === "dark" ? "light" : "dark";
      localStorage.setItem(STORE, root.dataset.theme);
    },
  };
}
