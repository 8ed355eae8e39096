/** What happened to a post beside its verdict, as codes: see docs/text.md. */
export type PostMark =
  | "spam_by_listed_author"
  | "spam_model_failed"
  | "language_model_failed"
  | "sentiment_model_failed"
  | "event_type_model_failed";

/**
 * The answer of a model. A model that cannot be loaded or throws costs its answer and not the post:
 * `otherwise` stands for it, and the post is marked.
 */
export function askModel<T>(
  ask: () => T,
  otherwise: T,
  { mark, marks }: { mark: PostMark; marks: PostMark[] },
): T {
  try {
    return ask();
  } catch {
    if (!marks.includes(mark)) marks.push(mark);
    return otherwise;
  }
}
