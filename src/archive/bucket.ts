/** Where the archive's files are: R2, or a bucket in the memory of a test. */
export type ArchiveBucket = {
  /**
   * Resolves once the whole file is stored under the name, in place of an earlier one. Throws where
   * it is not, or may not be: the same call may be made again.
   */
  put(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** undefined: there is none of the name. */
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
};

/** Of part n of a batch, from 1. */
export const fileName = (batch: string, n: number): string => `${batch}-${n}.parquet`;
