const STORE = "event-stream-theme";

/** The page's colours: those of the system until somebody chooses others. */
export function theme() {
  const root = document.documentElement;
  const dark = () =>
    (root.dataset.theme ??
      (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark")) === "dark";
  const stored = localStorage.getItem(STORE);
  if (stored) root.dataset.theme = stored;
  return {
    toggle() {
      const chosen = dark() ? "light" : "dark";
      root.dataset.theme = chosen;
      localStorage.setItem(STORE, chosen);
    },
  };
}
