import { createServer, type Server } from "node:net";

const HOST = "127.0.0.1";

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, HOST, () => resolve(server));
  });
}

const close = (server: Server) => new Promise<void>((done) => server.close(() => done()));

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return address.port;
}

/**
 * Distinct free ports: the ones after `after` where they are free, so that addresses stay the same
 * from start to start. All are held open together before any is given back, so that none is handed
 * out twice.
 */
export async function freePorts(count: number, after?: number): Promise<number[]> {
  const wished = Array.from({ length: count }, (_, index) =>
    after === undefined ? 0 : after + 1 + index,
  );
  const servers = await Promise.all(wished.map((port) => listen(port).catch(() => listen(0))));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}
