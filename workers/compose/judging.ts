import type { PostJudge } from "../../src/intake/settle-posts.ts";
import { judge } from "../../src/pipeline.ts";
import type { SharedIsolate } from "./isolate.ts";

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
  return (post, watch) => judge(post, { filter, refine }, undefined, watch);
};
