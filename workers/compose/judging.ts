import type { PostJudge } from "../../src/intake/settle-posts.ts";
import { type JudgeWatch, judge } from "../../src/pipeline.ts";
import type { SharedIsolate } from "./isolate.ts";

/** In production the clock stands still while code computes: there these steps take no time. */
const timedBy =
  ({ now, telemetry }: SharedIsolate, source: string): JudgeWatch =>
  (stage, step) => {
    const began = now();
    const done = step();
    telemetry.observe("pipeline_latency_ms", { stage, source }, now() - began);
    return done;
  };

/** The judge of posts, by the settings and by the lists as they are when it is asked for. */
export const judgingBy = (isolate: SharedIsolate) => async (): Promise<PostJudge> => {
  const settings = isolate.settings.core;
  const [blacklist, authors, coins] = await Promise.all([
    isolate.blacklist.get(),
    isolate.authors.get(),
    isolate.coins.get(),
  ]);
  const filter = { languages: settings.LANGUAGES, spamFrom: settings.SPAM_FROM, blacklist };
  const refine = { windowMinutes: settings.EVENT_WINDOW_MINUTES, authors, coins };
  return (post) => judge(post, { filter, refine }, undefined, timedBy(isolate, post.source));
};
