/** What the process that runs the Worker is asked to do. */
export type Job = {
  /** A wrangler.toml whose paths are absolute. */
  config: string;
  port: number;
  /** null: the inspector stays closed. */
  inspectorPort: number | null;
  /** The folder of objects, namespaces and counts, as `wrangler dev --persist-to` lays it out. */
  stateDir: string;
  /** Variables that win over those of the configuration. */
  settings: Record<string, string>;
};
