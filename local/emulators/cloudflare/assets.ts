import { bodyOf, type CloudCall, type CloudReply, type CloudRoute, done } from "./reply.ts";

/** Unsigned; wrangler reads its payload, and sends it back with what belongs to it. */
function ticket(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(payload)}.${part({})}`;
}

/** Asks for the files that the account does not hold yet. */
function openSession(call: CloudCall): CloudReply {
  const { manifest = {} } = bodyOf(call) as { manifest?: Record<string, { hash: string }> };
  const wanted = Object.values(manifest)
    .map(({ hash }) => hash)
    .filter((hash) => !call.account.assets.has(hash));
  return done({ jwt: ticket({ files: wanted }), buckets: wanted.length > 0 ? [wanted] : [] });
}

async function upload({ account, body, contentType }: CloudCall): Promise<CloudReply> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  for (const [hash] of form) account.assets.add(hash);
  return done({ jwt: ticket({ complete: true }) }, 201);
}

export const ASSET_ROUTES: readonly CloudRoute[] = [
  { method: "POST", path: "/workers/scripts/:script/assets-upload-session", answer: openSession },
  { method: "POST", path: "/workers/assets/upload", answer: upload },
];
