import type { Server } from "node:http";

/**
 * Resolves once the server listens on the loopback interface, with what stops it, open connections
 * too.
 */
export function listen(server: Server, port: number): Promise<() => void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () =>
      resolve(() => {
        server.closeAllConnections();
        server.close();
      }),
    );
  });
}
