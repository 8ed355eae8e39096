import { once } from "node:events";
import { writeFileSync } from "node:fs";
import WebSocket from "ws";

type Node = {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
};
type Profile = { nodes: Node[]; samples: number[]; timeDeltas: number[] };
type Answer = { id?: number; result?: { profile?: Profile }; error?: { message: string } };
type Target = { webSocketDebuggerUrl: string };

const INTERVAL_US = 500;
const SHOWN = 25;
/** What the isolate does when none of our code runs. */
const OUTSIDE = new Set(["(idle)", "(program)"]);

/**
 * Takes a CPU profile of the Worker's isolate through its inspector, in which objects run as well.
 * `stop` writes it where a browser's developer tools and speedscope read it, and answers the
 * functions that took most, each with its share of the time in which JavaScript ran.
 */
export async function profileWorker(inspectorPort: number, file: string) {
  const targets = await fetch(`http://127.0.0.1:${inspectorPort}/json`);
  const [target] = (await targets.json()) as Target[];
  if (target === undefined) throw new Error("the inspector of the Worker lists no target");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, "open");
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on("message", (data) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  const call = async (method: string, params = {}): Promise<Answer["result"]> => {
    const id = waiting.size + 1;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error) throw new Error(`the inspector refuses ${method}: ${error.message}`);
    return result;
  };
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  await call("Profiler.start");
  return {
    async stop(): Promise<string[]> {
      const profile = (await call("Profiler.stop"))?.profile;
      socket.close();
      if (profile === undefined) throw new Error("the inspector answers no profile");
      writeFileSync(file, JSON.stringify(profile));
      return topOf(profile);
    },
  };
}

/** One line for each of the functions in which most of the time was spent. */
export function topOf({ nodes, samples, timeDeltas }: Profile): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const spent = new Map<string, number>();
  let total = 0;
  for (const [n, id] of samples.entries()) {
    const node = byId.get(id);
    if (node === undefined || OUTSIDE.has(node.callFrame.functionName)) continue;
    const us = Math.max(0, timeDeltas[n] ?? 0);
    const { functionName, url, lineNumber } = node.callFrame;
    const name = `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber + 1}`;
    spent.set(name, (spent.get(name) ?? 0) + us);
    total += us;
  }
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, us]) => `${((100 * us) / total).toFixed(1).padStart(5)} %  ${name}`);
}
