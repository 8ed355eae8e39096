import * as z from "zod";
import { EventType } from "./scalars.ts";

/** What a model is asked about one post. The text is a stranger's: it is data and nothing else. */
export const OpinionQuestion = z.object({
  evidenceId: z.string(),
  fingerprint: z.string(),
  token: z.string(),
  /** What the pipeline read in the event that the post belongs to. */
  claim: EventType,
  text: z.string(),
});
export type OpinionQuestion = z.infer<typeof OpinionQuestion>;
