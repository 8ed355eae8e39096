import { fileURLToPath } from "node:url";
import { unstable_startWorker as startWorker } from "wrangler";

const SAMPLES = 300;
const BATCH = 100;
type Times = { idle: number; busy: number }[];

/**
 * Scores 100 rules in workerd itself. Its clock has milliseconds and moves only where something is
 * waited for, so batches are timed, and the wait alone beside each. No scoring took longer than the
 * batch that it was in.
 */
export async function inWorkerd(): Promise<void> {
  const config = fileURLToPath(new URL("./wrangler.toml", import.meta.url));
  const worker = await startWorker({
    config,
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      logLevel: "error",
      watch: false,
    },
  });
  try {
    await worker.ready;
    const ask = async (samples: number): Promise<Times> => {
      const answer = await fetch(new URL(`?samples=${samples}&batch=${BATCH}`, await worker.url));
      if (!answer.ok) throw new Error(`workerd answered ${answer.status}: ${await answer.text()}`);
      return ((await answer.json()) as { times: Times }).times;
    };
    await ask(100);
    const times = await ask(SAMPLES);
    const idle = times.map((time) => time.idle);
    const busy = times.map((time) => time.busy);
    const mean = (sum(busy) - sum(idle)) / SAMPLES / BATCH;
    console.log(`\nrules: 100 rules in workerd, ${SAMPLES} batches of ${BATCH} scorings`);
    console.log(
      `  a scoring                ${(mean * 1_000).toFixed(1)} µs on average, the wait of the ` +
        `clock taken off`,
    );
    console.log(
      `  a batch with its wait    p50 ${quantile(busy, 0.5)} ms, p99 ${quantile(busy, 0.99)} ms: ` +
        `p99 ${((quantile(busy, 0.99) / BATCH) * 1_000).toFixed(0)} µs a scoring`,
    );
    console.log(
      `  the wait alone           p50 ${quantile(idle, 0.5)} ms, p99 ${quantile(idle, 0.99)} ms`,
    );
  } finally {
    await worker.dispose();
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const quantile = (values: number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  Number.NaN;
