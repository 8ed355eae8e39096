import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { freePorts } from "../../local/supervisor/ports.ts";

export type Redis = { url: string; stop(): void };

const PATIENCE_MS = 5_000;

/**
 * One of its own that keeps nothing on the disk, as the PostgreSQL of the bench does not either;
 * null where there is no redis-server.
 */
export async function startRedis(): Promise<Redis | null> {
  const [port = 0] = await freePorts(1);
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  return (await answers(server, port))
    ? { url: `redis://127.0.0.1:${port}`, stop: () => void server.kill("SIGKILL") }
    : null;
}

async function answers(server: ChildProcess, port: number): Promise<boolean> {
  let missing = false;
  server.once("error", () => {
    missing = true;
  });
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !missing; ) {
    if (await reachable(port)) return true;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  server.kill("SIGKILL");
  return false;
}

const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
