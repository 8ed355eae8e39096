/** What a worker of the bench is given. */
export type Job = {
  databaseUrl: string;
  redisUrl: string;
  sink: string;
  jobs: number;
  concurrency: number;
};

/**
 * `fill` writes the jobs and ends; `drain` works them off until it is killed; `left` counts those
 * that are not done, under a dead worker's lock too.
 */
export type Engine = {
  packages: string[];
  needs: "postgres" | "redis";
  fill(job: Job): Promise<void>;
  drain(job: Job): Promise<void>;
  left(job: Job): Promise<number>;
};

/**
 * Every engine tries a failed send again after about this long. Graphile Worker alone has no such
 * setting: 2.7 s, then 7.4 s.
 */
export const RETRY_SECONDS = 1;
/**
 * When another worker may take over what a dead one held. Graphile Worker has no such setting
 * either: four hours.
 */
export const LEASE_SECONDS = 30;
export const POOL = 16;

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
export const subjectOf = (n: number): string => `eth:BENCH${n}:w`;
