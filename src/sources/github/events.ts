import * as z from "zod";
import type { PostFields, SkipReason } from "../_shared/post-input.ts";

export const RepoEvent = z.object({
  id: z.string().regex(/^\d{1,40}$/),
  type: z.string(),
  actor: z.object({ login: z.string() }),
  repo: z.object({ name: z.string() }),
  created_at: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
export type RepoEvent = z.infer<typeof RepoEvent>;

/** The sentence after the repository's name, and a link; null when the event is no news. */
type Happening = { text: string; url?: string | null | undefined } | null;

/** Describes payloads of the shape; null for any other payload. */
const describe =
  <S extends z.ZodType>(shape: S, describeAs: (payload: z.output<S>) => Happening) =>
  (payload: unknown): Happening => {
    const read = shape.safeParse(payload);
    return read.success ? describeAs(read.data) : null;
  };

const text = z.string().nullish();
const Issue = z.object({ number: z.number(), title: text, html_url: text, body: text });
const Release = z.object({ tag_name: z.string(), name: text, html_url: text, body: text });
/** GitHub leaves `merged` and the titles out of many answers. */
const Pull = z.object({
  number: z.number(),
  title: text,
  html_url: text,
  merged: z.boolean().nullish(),
});
const Commit = z.object({ message: z.string() });

const sentence = (...parts: (string | null | undefined)[]): string =>
  parts.filter(Boolean).join(". ");
const branch = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, "");
const firstLine = (message: string): string => message.split("\n", 1)[0] ?? "";

const DESCRIPTIONS = {
  ReleaseEvent: describe(
    z.object({ action: z.literal("published"), release: Release }),
    ({ release }) => ({
      text:
        `released ${release.tag_name}` +
        (release.name && release.name !== release.tag_name ? `: ${release.name}` : "") +
        `. ${release.body ?? ""}`,
      url: release.html_url,
    }),
  ),
  PublicEvent: describe(z.unknown(), () => ({ text: "was made public" })),
  CreateEvent: describe(
    z.object({ ref: text, ref_type: z.string(), description: text }),
    ({ ref, ref_type, description }) => ({
      text: sentence(
        ref ? `created the ${ref_type} ${ref}` : `the ${ref_type} was created`,
        description,
      ),
    }),
  ),
  PushEvent: describe(
    z.object({ ref: z.string(), commits: z.array(Commit).nullish() }),
    ({ ref, commits }) => ({
      text: sentence(
        `pushed to ${branch(ref)}`,
        ...(commits ?? []).map(({ message }) => firstLine(message)),
      ),
    }),
  ),
  PullRequestEvent: describe(
    z.object({ action: z.string(), pull_request: Pull }),
    ({ action, pull_request: pull }) => ({
      text: sentence(`pull request #${pull.number} ${pull.merged ? "merged" : action}`, pull.title),
      url: pull.html_url,
    }),
  ),
  IssuesEvent: describe(z.object({ action: z.string(), issue: Issue }), ({ action, issue }) => ({
    text: sentence(
      `issue #${issue.number} ${action}`,
      issue.title,
      action === "opened" ? issue.body : null,
    ),
    url: issue.html_url,
  })),
  IssueCommentEvent: describe(
    z.object({ issue: Issue, comment: z.object({ body: z.string(), html_url: text }) }),
    ({ issue, comment }) => ({
      text: sentence(`comment on issue #${issue.number}`, issue.title, comment.body),
      url: comment.html_url,
    }),
  ),
  ForkEvent: describe(
    z.object({ forkee: z.object({ full_name: text, html_url: text }) }),
    ({ forkee }) => ({
      text: `was forked${forkee.full_name ? ` to ${forkee.full_name}` : ""}`,
      url: forkee.html_url,
    }),
  ),
  WatchEvent: describe(z.unknown(), () => ({ text: "got a star" })),
} satisfies Record<string, (payload: unknown) => Happening>;

export type GithubEventType = keyof typeof DESCRIPTIONS;
export const GITHUB_EVENT_TYPES = Object.keys(DESCRIPTIONS) as GithubEventType[];

const isWanted = (type: string, wanted: readonly GithubEventType[]): type is GithubEventType =>
  wanted.some((each) => each === type);

/** The post that an event makes, unless its type is not wanted or it is no news. */
export function githubPostInput(
  event: RepoEvent,
  wanted: readonly GithubEventType[],
  symbol: string | undefined,
): PostFields | SkipReason {
  if (!isWanted(event.type, wanted)) return "other_type";
  const happened = DESCRIPTIONS[event.type](event.payload);
  if (happened === null) return "no_news";
  return {
    source: "github",
    id: event.id,
    author: event.actor.login,
    posted_at: event.created_at,
    text: `${symbol === undefined ? "" : `$${symbol} `}${event.repo.name} ${happened.text}`.trim(),
    url: happened.url || `https://github.com/${event.repo.name}`,
    ...(symbol !== undefined && { symbol }),
  };
}
