const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])$/;

/**
 * Whether a request to a Worker on a developer's machine comes from a page of another site, or by a
 * name that is not this machine's (DNS rebinding). Programs send neither Origin nor Sec-Fetch-Site.
 */
export function isForeignRequest(request: Request): boolean {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!LOOPBACK.test(host.replace(/:\d+$/, ""))) return true;
  const origin = request.headers.get("origin");
  if (origin !== null && originHost(origin) !== new URL(request.url).host) return true;
  const site = request.headers.get("sec-fetch-site");
  return site !== null && site !== "none" && site !== "same-origin";
}

const originHost = (origin: string): string | null =>
  URL.canParse(origin) ? new URL(origin).host : null;
