import { problem } from "../../src/api/problem.ts";

/**
 * The addresses of public/ that people see; wrangler.toml sends them here first, because the
 * platform answers another method than GET there without saying which are possible. What the pages
 * load (css, js) never reaches the Worker.
 */
export const PAGES: ReadonlySet<string> = new Set([
  "/",
  "/docs",
  "/operate",
  "/dashboard",
  "/favicon.svg",
]);

/** undefined: no page. */
export function answerPage(
  request: Request,
  assets: { fetch(request: Request): Promise<Response> },
): Promise<Response> | Response | undefined {
  if (!PAGES.has(pathOf(request.url))) return undefined;
  if (request.method === "GET" || request.method === "HEAD") return assets.fetch(request);
  return problem(405, `${request.method} is not possible here. This address takes GET, HEAD.`, {
    headers: { Allow: "GET, HEAD" },
  });
}

/** Each request comes by here: to parse its address takes longer than to find where the path is. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  return url.slice(start, end < 0 ? undefined : end);
}
