import * as z from "zod";
import { fittingLinks, MAX_URL, type PostLink } from "../../model/raw-post.ts";

const text = z.string().min(1).optional().catch(undefined);
const UrlEntity = z.object({ url: text, expanded_url: text, unwound_url: text, expandedUrl: text });
const Entities = z.object({ urls: z.array(z.unknown()) });

/** The links that a post may keep: readable http(s) addresses, each once, as many as fit. */
export function keptLinks(links: readonly PostLink[]): PostLink[] {
  const first = new Map<string, PostLink>();
  for (const link of links) {
    if (!/^https?:\/\//i.test(link.url) || link.url.length > MAX_URL) continue;
    if (!first.has(link.url)) first.set(link.url, link);
  }
  return fittingLinks([...first.values()]);
}

/**
 * The links of X's `entities`, and of scrapers of X: what the short link in the text opens
 * (`unwound_url` where X followed it to its end), and that short link as `text`.
 */
export function entityLinks(entities: unknown): PostLink[] {
  const read = Entities.safeParse(entities).data;
  const links = (read?.urls ?? []).flatMap((item) => {
    const entity = UrlEntity.safeParse(item).data;
    const url = entity?.unwound_url ?? entity?.expanded_url ?? entity?.expandedUrl ?? entity?.url;
    if (url === undefined) return [];
    return [{ url, ...(entity?.url !== undefined && { text: entity.url }) }];
  });
  return keptLinks(links);
}
