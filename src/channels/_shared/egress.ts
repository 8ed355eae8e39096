import type { ChannelEnv } from "../../settings/settings.ts";
import type { SettingProblem } from "../channel.ts";

/*
 * Where a URL given by a user may lead (server-side request forgery). The check is on the URL as
 * the platform's own parser reads it, so every spelling of an address (0x7f.1, 2130706433, circled
 * digits, a trailing dot) is judged by its meaning. It runs when a channel is saved and again
 * before each send; redirects are off (http/request.ts). A public name that resolves to a private
 * address is out of reach on Cloudflare, whose edge refuses such targets
 * (`global_fetch_strictly_public`); names made to do so are refused here as well.
 */

export type EgressVerdict = { kind: "allowed"; url: URL } | { kind: "refused"; reason: string };
export type EgressPolicy = { allow: readonly string[]; ownHosts: readonly string[] };

/**
 * Names that never leave a private network, or must not exist in public DNS (RFC 6761, 6762, 8375,
 * 9476; ICANN name collisions).
 */
const PRIVATE_SUFFIXES = [
  "localhost localdomain local internal intranet private corp home lan domain host",
  "mail intra localnet priv internal.cloudapp.net fritz.box ts.net tailscale.net",
  "test invalid example onion alt arpa svc cluster.local consul docker kubernetes",
  "localtest.me lvh.me vcap.me lacolhost.com localho.st fuf.me yoogle.com bugbounty.dod.network " +
    "spoofed.burpcollaborator.net 127-0-0-1.org.uk",
].flatMap((line) => line.split(" "));

/** DNS services that answer with the address that is written in the name. */
const ECHO_SUFFIXES = (
  "nip.io sslip.io xip.io traefik.me 1u.ms rbndr.us ip6.name ipq.co backname.io " +
  "local-ip.co local-ip.sh localip.co plex.direct ipv6-literal.net"
).split(" ");

const EMBEDDED_V4 =
  /(^|[.-])(?:(?:0x[0-9a-f]{1,2}|0?\d{1,3})[.-]){3}(?:0x[0-9a-f]{1,2}|0?\d{1,3})(?=[.-]|$)/;
const HOST =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

const under = (host: string, suffixes: readonly string[]): boolean =>
  suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));

const refused = (reason: string): EgressVerdict => ({ kind: "refused", reason });

function hostProblem(host: string, ownHosts: readonly string[]): string | null {
  if (host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host)) return "is an address; use a host name";
  if (under(host, PRIVATE_SUFFIXES)) return "is a private name";
  if (!HOST.test(host)) return "is no public host name";
  if (under(host, ECHO_SUFFIXES) || EMBEDDED_V4.test(host))
    return "is a name that stands for an address";
  if (under(host, ownHosts)) return "is this deployment itself";
  return null;
}

/** 443 and the unprivileged ports, without those of well-known internal services. */
const INTERNAL_PORTS = new Set([
  1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4194, 4243, 5432, 5433, 5601, 5671,
  5672, 5900, 5984, 6379, 6380, 6432, 6443, 7000, 7001, 7199, 7474, 7687, 8086, 8125, 8200, 8300,
  8301, 8302, 8500, 8600, 9042, 9090, 9092, 9093, 9100, 9160, 9200, 9300, 10250, 10255, 10256,
  11211, 15672, 16379, 26379, 26257, 27017, 27018, 27019, 28017, 50070, 61616,
]);
const portAllowed = (port: string): boolean =>
  port === "" || (Number(port) >= 1024 && !INTERNAL_PORTS.has(Number(port)));

function parsed(text: string): URL | null {
  if (/[\s\\]/.test(text) || [...text].some((char) => char < " " || char === "\u007f")) return null;
  return URL.canParse(text) ? new URL(text) : null;
}

/**
 * Whether `text` may be called. The reason is for the person who gave the URL, and does not repeat
 * the URL.
 */
export function checkEgress(text: string, { allow, ownHosts }: EgressPolicy): EgressVerdict {
  const url = parsed(text);
  if (url === null) return refused("is no URL");
  if (url.username !== "" || url.password !== "") return refused("holds a user name or password");
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  if (url.protocol === "http:" || url.protocol === "https:") {
    if (allow.includes(`${url.hostname}:${port}`)) return { kind: "allowed", url };
  }
  if (url.protocol !== "https:") return refused("must begin with https://");
  const host = url.hostname.replace(/\.+$/, "");
  const problem = hostProblem(host, ownHosts);
  if (problem !== null) return refused(problem);
  return portAllowed(url.port)
    ? { kind: "allowed", url }
    : refused("uses a port of an internal service");
}

/** For a channel's settings: what is wrong with the URL in field `path`. */
export function egressProblem(
  path: string,
  url: string,
  env: Pick<ChannelEnv, "EGRESS_ALLOW" | "OWN_HOSTS">,
): SettingProblem | null {
  const verdict = checkEgress(url, { allow: env.EGRESS_ALLOW, ownHosts: env.OWN_HOSTS });
  return verdict.kind === "allowed" ? null : { path, message: verdict.reason };
}

/**
 * The same for the hook of a service: its own host (or an emulator of it), and the path of a hook.
 */
export function hookProblem(
  path: string,
  text: string,
  host: RegExp,
  pathname: RegExp,
  env: Pick<ChannelEnv, "EGRESS_ALLOW" | "OWN_HOSTS">,
): SettingProblem | null {
  const problem = egressProblem(path, text, env);
  if (problem !== null) return problem;
  const url = new URL(text);
  const emulator = env.EGRESS_ALLOW.includes(url.host);
  const known = (emulator || host.test(url.hostname)) && pathname.test(url.pathname);
  return known ? null : { path, message: "is no hook of this service" };
}
