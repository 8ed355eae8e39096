/** What the person who deploys reads. */
export type Output = {
  good(text: string): void;
  note(text: string): void;
  bad(text: string): void;
  line(text: string): void;
  /** Runs one step, and says that it began and how long it took. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
};

const seconds = (began: number) => ((performance.now() - began) / 1000).toFixed(1);

/** `steps` is how many there will be, for "[2/5]". */
export function makeOutput(write: (line: string) => void, steps = 0): Output {
  let at = 0;
  return {
    good: (text) => write(`✓ ${text}`),
    note: (text) => write(`! ${text}`),
    bad: (text) => write(`✗ ${text}`),
    line: write,
    async step(title, work) {
      at++;
      const began = performance.now();
      const place = steps > 0 ? `[${at}/${steps}] ` : "";
      const result = await work();
      write(`✓ ${place}${title} (${seconds(began)} s)`);
      return result;
    },
  };
}
