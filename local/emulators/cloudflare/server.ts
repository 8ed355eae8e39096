import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { isForeign } from "../../access.ts";
import { listen } from "../../listen.ts";
import type { CloudAccount } from "./account.ts";
import { ASSET_ROUTES } from "./assets.ts";
import { BUCKET_ROUTES } from "./buckets.ts";
import { HYPERDRIVE_ROUTES } from "./hyperdrive.ts";
import { NAMESPACE_ROUTES } from "./namespaces.ts";
import { QUEUE_ROUTES } from "./queues.ts";
import { type CloudReply, type CloudRoute, refuse } from "./reply.ts";
import { SCRIPT_ROUTES } from "./scripts.ts";
import { openTail, type TailSocket } from "./tail.ts";
import { VERSION_ROUTES } from "./versions.ts";
import { ACCOUNT_ROUTES, USER_ROUTES } from "./who.ts";

const OF_ACCOUNT: readonly CloudRoute[] = [
  ...[...ACCOUNT_ROUTES, ...QUEUE_ROUTES, ...NAMESPACE_ROUTES],
  ...[...SCRIPT_ROUTES, ...VERSION_ROUTES, ...ASSET_ROUTES, ...HYPERDRIVE_ROUTES],
  ...BUCKET_ROUTES,
];

export type CloudEmulator = {
  /** For CLOUDFLARE_API_BASE_URL. */
  url: string;
  account: CloudAccount;
  /** Sends one log event of a Worker to everybody who tails one. */
  sendLog(event: object): void;
  stop(): void;
};

/** The route of a path, with the words that stand for its `:names`. */
function match(routes: readonly CloudRoute[], method: string, path: string) {
  const words = path.split("/");
  for (const route of routes) {
    const names = route.path.split("/");
    if (route.method !== method || names.length !== words.length) continue;
    if (!names.every((name, at) => name.startsWith(":") || name === words[at])) continue;
    const params = names.flatMap((name, at) =>
      name.startsWith(":") ? [[name.slice(1), decodeURIComponent(words[at] ?? "")] as const] : [],
    );
    return { route, params: Object.fromEntries(params) };
  }
  return undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answer(
  request: IncomingMessage,
  account: CloudAccount,
  base: string,
): Promise<CloudReply> {
  const { pathname, searchParams } = new URL(request.url ?? "/", base);
  const method = request.method ?? "GET";
  const prefix = `/accounts/${account.id}`;
  const inAccount = pathname.startsWith(`${prefix}/`);
  const path = inAccount ? pathname.slice(prefix.length) : pathname;
  account.calls.push(`${method} ${path}`);
  const body = await readBody(request);
  if (isForeign(request)) return refuse(403, 10000, "A web page may not ask.");
  // A file of the assets is uploaded with the ticket of its session in place of the token.
  const sent = request.headers.authorization ?? "";
  if (sent !== `Bearer ${account.token}` && path !== "/workers/assets/upload")
    return pathname === "/user/tokens/verify"
      ? refuse(401, 1000, "Invalid API Token")
      : refuse(403, 10000, "Authentication error");
  if (!inAccount && pathname.startsWith("/accounts/"))
    return refuse(403, 9109, "Unauthorized to access requested resource");
  const found = match(inAccount ? OF_ACCOUNT : USER_ROUTES, method, path);
  if (!found) return refuse(501, 7003, `The emulator does not know ${method} ${path}`);
  return found.route.answer({
    account,
    params: found.params,
    query: searchParams,
    body,
    contentType: request.headers["content-type"] ?? "",
    now: new Date().toISOString(),
    base,
  });
}

/**
 * Cloudflare's API for one account, as far as deployments use it: what wrangler calls when
 * CLOUDFLARE_API_BASE_URL leads here, and what our own deploy tool calls. It keeps what it is sent
 * until it stops, and refuses with the API's own codes. A call it does not know is answered 501.
 */
export async function serveCloudflare(account: CloudAccount, port = 0): Promise<CloudEmulator> {
  let base = "";
  const server = createServer((request, response) => {
    answer(request, account, base)
      .catch((error) => refuse(500, 10000, String(error)))
      .then(({ status, result, raw, errors = [], info }) => {
        const success = errors.length === 0;
        const body = { success, errors, messages: [], result, ...(info && { result_info: info }) };
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(raw ?? JSON.stringify(body));
      });
  });
  const tails = new Set<TailSocket>();
  server.on("upgrade", (request, socket) => {
    const id = (request.url ?? "").split("/").at(-1) ?? "";
    const known = [...account.scripts.values()].some((script) => script.tails.includes(id));
    const key = request.headers["sec-websocket-key"];
    if (!known || key === undefined || isForeign(request)) return void socket.destroy();
    const tail = openTail(socket, key, request.headers["sec-websocket-protocol"]);
    tails.add(tail);
    socket.on("close", () => tails.delete(tail));
  });
  const close = await listen(server, port);
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: base,
    account,
    sendLog(event) {
      for (const tail of tails) tail.send(JSON.stringify(event));
    },
    stop() {
      for (const tail of tails) tail.end();
      close();
    },
  };
}
