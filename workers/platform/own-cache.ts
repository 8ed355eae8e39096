import * as z from "zod";

/**
 * A purge reaches the copies of the entrypoint that asks for it, so that an object has to ask the
 * Worker's own entrypoint. It does so by props, which only code of this Worker can set.
 */
const PurgeProps = z.object({ purge: z.array(z.string()) });

/** A call by `purgeByEntrypoint`; undefined: any other request. */
export async function answerPurge(
  props: unknown,
  cache: Pick<CacheContext, "purge">,
): Promise<Response | undefined> {
  // Each request comes by here: to find out why a schema refuses it would take longest of all.
  if (typeof props !== "object" || props === null || !("purge" in props)) return undefined;
  const asked = PurgeProps.safeParse(props);
  if (!asked.success) return undefined;
  // wrangler dev has no cache before the Worker, and nothing to purge.
  if (typeof cache.purge !== "function") return new Response(null, { status: 204 });
  const { success } = await cache.purge({ tags: asked.data.purge });
  return new Response(null, { status: success ? 204 : 429 });
}

type Entrypoint = (options: { props: object }) => Pick<Fetcher, "fetch">;

/** `exports`: those of the context of an object. */
export async function purgeByEntrypoint(exports: object, tags: string[]): Promise<void> {
  const { default: entrypoint } = exports as { default: Entrypoint };
  const answer = await entrypoint({ props: { purge: tags } }).fetch("https://self/purge", {
    method: "POST",
  });
  await answer.body?.cancel();
}
