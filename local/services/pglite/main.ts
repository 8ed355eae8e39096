/**
 * PostgreSQL compiled to WebAssembly, for machines where the real binaries do not run:
 * `pglite-part.ts PORT DATA_DIR`. It has one session, so one client is served at a time and the
 * next waits for its turn.
 */
import { createServer, type Socket } from "node:net";
import { PGlite } from "@electric-sql/pglite";

/**
 * Cuts a byte stream into whole protocol messages; the first one of a connection has no type byte.
 */
function framer() {
  let held = Buffer.alloc(0);
  let started = false;
  return (bytes: Uint8Array): Buffer[] => {
    held = Buffer.concat([held, bytes]);
    const whole: Buffer[] = [];
    for (;;) {
      const typed = started ? 1 : 0;
      if (held.length < typed + 4) return whole;
      const length = typed + held.readInt32BE(typed);
      if (held.length < length) return whole;
      whole.push(held.subarray(0, length));
      held = held.subarray(length);
      started = true;
    }
  };
}

const TERMINATE = "X".charCodeAt(0);

/** Serves one connection to its end; the session it leaves behind has no open transaction. */
async function serve(lite: PGlite, socket: Socket): Promise<void> {
  const frame = framer();
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    const messages = frame(bytes);
    const asked = messages.filter((message) => message[0] !== TERMINATE);
    if (asked.length > 0) socket.write(await lite.execProtocolRaw(Buffer.concat(asked)));
    if (asked.length < messages.length) break;
  }
  socket.end();
  await lite.exec("rollback");
  await lite.exec("discard all");
}

const [port, dataDir] = process.argv.slice(2);
const lite = await PGlite.create(dataDir);
const close = () => lite.close().finally(() => process.exit());
process.on("SIGTERM", close).on("disconnect", close);

let turn: Promise<unknown> = Promise.resolve();
createServer({ pauseOnConnect: true }, (socket) => {
  socket.on("error", () => {});
  turn = turn.then(() => serve(lite, socket)).catch((error) => console.error(error));
}).listen(Number(port), "127.0.0.1");
