import * as z from "zod";

export const OPINIONS = ["report", "rumour", "chatter", "scam"] as const;

const Opinion = z.object({
  verdict: z
    .string()
    .transform((word) => word.trim().toLowerCase())
    .pipe(z.enum(OPINIONS)),
  confidence: z.number().min(0).max(1),
});
export type Opinion = z.infer<typeof Opinion>;

/** A model that writes more has not understood the question. */
const MAX_ANSWER = 2_000;
const OBJECTS = /\{[^{}]*\}/g;

/**
 * The verdict in a model's answer, with whatever prose or fences stand around it; undefined when it
 * has none, when it has several that differ, or when it only repeats one that stands in the post.
 */
export function readOpinion(answer: string, post: string): Opinion | undefined {
  if (answer.length > MAX_ANSWER) return undefined;
  const found = (answer.match(OBJECTS) ?? []).flatMap((text) => opinionIn(text) ?? []);
  const distinct = new Map(found.map((opinion) => [JSON.stringify(opinion), opinion]));
  const [opinion] = distinct.values();
  if (opinion === undefined || distinct.size > 1) return undefined;
  const inPost = (post.match(OBJECTS) ?? []).flatMap((text) => opinionIn(text) ?? []);
  return inPost.some(({ verdict }) => verdict === opinion.verdict) ? undefined : opinion;
}

function opinionIn(text: string): Opinion | undefined {
  try {
    return Opinion.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const Reply = z.object({
  result: z.union([
    z.object({ response: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
    z.object({
      choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
    }),
  ]),
});

/** What the model wrote, of either form that Workers AI answers in; undefined when nothing is. */
export function writtenIn(json: unknown): string | undefined {
  const result = Reply.safeParse(json).data?.result;
  if (result === undefined) return undefined;
  if ("choices" in result) return result.choices[0]?.message.content;
  const { response } = result;
  return typeof response === "string" ? response : JSON.stringify(response);
}
