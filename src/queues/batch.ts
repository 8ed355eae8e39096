/** What consumers use of a batch, as the platform hands it over. */
export type QueueBatch = { readonly queue: string; readonly messages: readonly QueueMessage[] };
export type QueueMessage = {
  readonly id: string;
  readonly body: unknown;
  /** 1 at the first delivery. */
  readonly attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
};

const MAX_DELAY_SECONDS = 120;

/**
 * Seconds to wait before attempt n + 1: doubling to two minutes, so that 100 retries outlast an
 * outage of three hours.
 */
export const retryDelay = (attempts: number): number =>
  Math.min(MAX_DELAY_SECONDS, 2 ** Math.min(attempts, 7));
