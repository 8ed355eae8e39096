import * as z from "zod";
import { readYamlList, type YamlList } from "../kit/yaml-list.ts";
import { canonicalAddress } from "../model/mention.ts";
import { authorHandle, type RawPost } from "../model/raw-post.ts";
import { foldConfusables } from "../text/normalize.ts";

const Entries = z
  .array(z.string().trim().min(2, "must have two characters or more").max(200))
  .default([]);
const File = z.strictObject({
  authors: Entries,
  domains: Entries,
  phrases: Entries,
  tokens: Entries,
});

/**
 * What no post may come from, link to, say or speak of. All in the form that a post is compared in.
 */
export type Blacklist = {
  authors: ReadonlySet<string>;
  domains: ReadonlySet<string>;
  phrases: readonly string[];
  tokens: ReadonlySet<string>;
};
export type BlacklistRead = YamlList<Blacklist>;

export const EMPTY_BLACKLIST: Blacklist = {
  authors: new Set(),
  domains: new Set(),
  phrases: [],
  tokens: new Set(),
};

const domainName = (name: string) =>
  name.toLowerCase().replace(/^(?:https?:\/\/)?(?:www\.)?|\/.*$/g, "");
const phrase = (text: string) => foldConfusables(text).toLowerCase();
/** Symbols know no case, addresses do. */
function tokenForm(name: string): string {
  const bare = canonicalAddress(name.replace(/^\$/, ""));
  return name.length > 20 ? bare : bare.toUpperCase();
}

/** Reads rules/blacklist.yml. Problems name the line; a text with one replaces nothing. */
export function parseBlacklist(yamlText: string): BlacklistRead {
  const list = readYamlList(yamlText, File);
  if (list.kind === "rejected") return list;
  const { authors, domains, phrases, tokens } = list.value;
  return {
    kind: "loaded",
    value: {
      authors: new Set(authors.map(authorHandle)),
      domains: new Set(domains.map(domainName)),
      phrases: phrases.map(phrase),
      tokens: new Set(tokens.map(tokenForm)),
    },
  };
}

const HOST = /(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?![a-z0-9-])/g;
const NAMED_TOKEN =
  /\$([a-z][a-z0-9]{0,19})|(?<![A-Za-z0-9])([A-Za-z0-9_-]{25,90})(?![A-Za-z0-9])/gi;

/** The domain itself or one above it: claim.example.com is blocked with example.com. */
function blockedDomain(host: string, domains: ReadonlySet<string>): string | undefined {
  const labels = host.split(".");
  return labels.map((_, i) => labels.slice(i).join(".")).find((name) => domains.has(name));
}

function domainIn(text: string, domains: Blacklist["domains"]): string | undefined {
  if (domains.size === 0 || !text.includes(".")) return undefined;
  for (const [host] of text.matchAll(HOST)) {
    const blocked = blockedDomain(host, domains);
    if (blocked) return blocked;
  }
  return undefined;
}

function tokenIn(
  { text, symbol, tokenCa }: RawPost,
  tokens: Blacklist["tokens"],
): string | undefined {
  if (tokens.size === 0) return undefined;
  const named = [...text.matchAll(NAMED_TOKEN)].map((match) => match[1] ?? match[2] ?? "");
  return [...named, symbol ?? "", tokenCa ?? ""].map(tokenForm).find((each) => tokens.has(each));
}

/**
 * What the post is blocked for, e.g. `author bot1`; undefined when nothing on the list is in it.
 */
export function blockedBy(post: RawPost, list: Blacklist): string | undefined {
  const author = authorHandle(post.author);
  if (list.authors.has(author)) return `author ${author}`;
  const lower = phrase(post.text);
  const addresses = [post.url ?? "", ...(post.links ?? []).map(({ url }) => url)];
  const domain = domainIn(`${lower} ${addresses.join(" ").toLowerCase()}`, list.domains);
  if (domain) return `domain ${domain}`;
  const said = list.phrases.find((each) => lower.includes(each));
  if (said) return `phrase "${said}"`;
  const token = tokenIn(post, list.tokens);
  return token && `token ${token}`;
}
