import * as z from "zod";
import { Mention } from "./mention.ts";
import { PostLink } from "./raw-post.ts";

/**
 * A post that passed the filter, read by the text stages. The original text stays in raw_posts;
 * `normalised` is for comparing, not for showing.
 */
export const Post = z.object({
  source: z.string(),
  id: z.string(),
  author: z.string(),
  postedAt: z.string(),
  normalised: z.string(),
  lang: z.string().nullable(),
  spam: z.number(),
  /** -1..1; null when no model rates the post's language. */
  sentiment: z.number().nullable(),
  /** -1 bearish .. 1 bullish; null when the post is not in English. */
  stance: z.number().nullable(),
  /** The words that drove the sentiment, strongest first, with their signed weight. */
  sentimentWords: z.array(z.object({ word: z.string(), weight: z.number() })),
  keywords: z.array(z.string()),
  fingerprint: z.string(),
  links: z.array(PostLink).optional(),
  /** `postedAt` is not what the source stated: see RawPost. */
  timeGuessed: z.boolean().optional(),
  mentions: z.array(Mention),
  /** What happened beside the verdict, e.g. `spam_model_failed`; docs/text.md has the codes. */
  marks: z.array(z.string()).optional(),
});
export type Post = z.infer<typeof Post>;
