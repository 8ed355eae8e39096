import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";

export type SqlProxy = {
  url: string;
  /**
   * Shares of statements whose connection is cut: before they reach the database, and after they
   * were committed but before the reply.
   */
  cuts: { before: number; after: number };
  /** How many replies were cut after the statement had run. */
  cutAfter(): number;
  close(): void;
};

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Stands between the Worker and the database's HTTP route, which `target` finds anew for each
 * statement, and cuts connections.
 */
export async function sqlProxy(
  target: () => string | undefined,
  random: () => number,
): Promise<SqlProxy> {
  const cuts = { before: 0, after: 0 };
  let cutAfter = 0;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const upstream = target();
    if (upstream === undefined || random() < cuts.before) return void incoming.socket.destroy();
    const { host: _, connection: __, ...headers } = incoming.headers;
    const onward = request(upstream, { method: incoming.method, headers });
    onward.on("error", () => incoming.socket.destroy());
    onward.on("response", async (answer) => {
      const reply = await bodyOf(answer).catch(() => undefined);
      if (reply === undefined) return incoming.socket.destroy();
      if (random() < cuts.after) {
        cutAfter++;
        return incoming.socket.destroy();
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(reply);
    });
    onward.end(body);
  }

  const server: Server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/sql`,
    cuts,
    cutAfter: () => cutAfter,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
