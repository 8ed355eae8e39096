import type { JetstreamListener, JetstreamSocket } from "../../src/sources/jetstream/connection.ts";

const OPEN_MS = 10_000;

type Opened = {
  accept(): void;
  addEventListener(type: "message", heard: (message: { data: unknown }) => void): void;
  addEventListener(type: "close" | "error", heard: () => void): void;
  close(code: number): void;
};

/** A Worker's fetch, as far as an upgrade needs it. */
export type UpgradeFetch = (
  url: string,
  init: { redirect: "manual"; headers: Record<string, string>; signal: AbortSignal },
) => Promise<{ webSocket: Opened | null }>;

/**
 * Opens the stream. A Worker opens a WebSocket by a fetch that asks for the upgrade. The deadline
 * is for the opening alone: a signal that fires later closes the connection that it opened.
 */
export async function openStream(
  url: string,
  listener: JetstreamListener,
  fetch: UpgradeFetch,
  openMs = OPEN_MS,
): Promise<JetstreamSocket> {
  const opening = new AbortController();
  const deadline = setTimeout(() => opening.abort(), openMs);
  const headers = { upgrade: "websocket" };
  const asked = fetch(url, { redirect: "manual", headers, signal: opening.signal });
  const { webSocket: socket } = await asked.finally(() => clearTimeout(deadline));
  if (socket === null) throw new Error("the stream was refused");
  socket.accept();
  socket.addEventListener("message", ({ data }) =>
    listener.frame(typeof data === "string" ? data : ""),
  );
  socket.addEventListener("close", listener.closed);
  socket.addEventListener("error", listener.closed);
  return { close: () => socket.close(1000) };
}
