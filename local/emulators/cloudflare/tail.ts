import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const SHORT = 126;

/** A frame of the server's: whole, and without a mask. */
function frame(opcode: number, payload: Buffer): Buffer {
  const long = payload.length >= SHORT;
  const head = Buffer.alloc(long ? 4 : 2);
  head[0] = 0x80 | opcode;
  head[1] = long ? SHORT : payload.length;
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The first whole frame of what arrived, and what follows it. */
function firstFrame(bytes: Buffer): { opcode: number; payload: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const head = 2 + (short === SHORT ? 2 : 0);
  if (short > SHORT || bytes.length < head) return undefined;
  const length = short === SHORT ? bytes.readUInt16BE(2) : short;
  const begin = head + (masked ? 4 : 0);
  if (bytes.length < begin + length) return undefined;
  const mask = bytes.subarray(head, begin);
  const payload = Buffer.from(bytes.subarray(begin, begin + length));
  if (masked) for (const [at, byte] of payload.entries()) payload[at] = byte ^ (mask[at % 4] ?? 0);
  return { opcode: first & 0x0f, payload, rest: bytes.subarray(begin + length) };
}

export type TailSocket = { send(text: string): void; end(): void };

/**
 * A WebSocket to which log events are sent. wrangler sends frames without a mask, which Cloudflare
 * takes and the library ws refuses: so this end is our own.
 */
export function openTail(socket: Duplex, key: string, protocol: string | undefined): TailSocket {
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let waiting: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let next = firstFrame(waiting); next !== undefined; next = firstFrame(waiting)) {
      waiting = next.rest;
      if (next.opcode === PING) socket.write(frame(PONG, next.payload));
      if (next.opcode === CLOSE) socket.end(frame(CLOSE, next.payload));
    }
  });
  socket.on("error", () => socket.destroy());
  return {
    send: (text) => void socket.write(frame(TEXT, Buffer.from(text))),
    end: () => socket.destroy(),
  };
}
