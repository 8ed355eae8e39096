import { fromBase64Url, toBase64Url } from "./base64.ts";
import { sha256Bytes, sha256Hex } from "./hash.ts";

/** `locked`: sealed with a key that is not at hand, or changed since. */
export type OpenedSecret = { kind: "open"; text: string } | { kind: "locked"; reason: string };

/** Seals short texts for storage. `context` says where a text belongs: elsewhere it does not open. */
export type SecretBox = {
  seal(text: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<OpenedSecret>;
  /** Whether it was sealed with the key that seals now. */
  isCurrent(sealed: string): boolean;
};

const SEALED = /^sealed:1:([0-9a-f]{8}):([\w-]+)$/;
const NONCE_BYTES = 12;

export const isSealed = (text: string): boolean => SEALED.test(text);

/** Names a key without telling anything of it. */
const keyIdOf = (secret: string): string => sha256Hex(`key id:${secret}`).slice(0, 8);

/**
 * AES-256-GCM with a new nonce for each text (NIST SP 800-38D). Each of `secrets` is at least 32
 * random characters, of which SHA-256 makes the key; the first seals, all open.
 */
export function secretBox(
  [first, ...others]: readonly [string, ...string[]],
  randomBytes: (count: number) => Uint8Array,
): SecretBox {
  const secrets = new Map([...others, first].map((secret) => [keyIdOf(secret), secret]));
  const current = keyIdOf(first);
  // Imported keys, not promises of them: a promise belongs to one invocation of a Worker.
  const imported = new Map<string, CryptoKey>();

  async function keyOf(id: string): Promise<CryptoKey | undefined> {
    const secret = secrets.get(id);
    const known = imported.get(id);
    if (known !== undefined || secret === undefined) return known;
    const key = await crypto.subtle.importKey("raw", sha256Bytes(secret), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    imported.set(id, key);
    return key;
  }

  const aes = (nonce: Uint8Array, context: string) => ({
    name: "AES-GCM",
    iv: new Uint8Array(nonce),
    additionalData: new TextEncoder().encode(context),
  });

  return {
    async seal(text, context) {
      const key = (await keyOf(current)) as CryptoKey;
      const nonce = randomBytes(NONCE_BYTES);
      const plain = new TextEncoder().encode(text);
      const cipher = new Uint8Array(await crypto.subtle.encrypt(aes(nonce, context), key, plain));
      return `sealed:1:${current}:${toBase64Url(new Uint8Array([...nonce, ...cipher]))}`;
    },
    async open(sealed, context) {
      const [, id = "", body = ""] = SEALED.exec(sealed) ?? [];
      const key = await keyOf(id);
      if (key === undefined) return { kind: "locked", reason: `sealed with the key ${id}` };
      try {
        const bytes = fromBase64Url(body);
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const cipher = bytes.subarray(NONCE_BYTES);
        const plain = await crypto.subtle.decrypt(aes(nonce, context), key, cipher);
        return { kind: "open", text: new TextDecoder().decode(plain) };
      } catch {
        return { kind: "locked", reason: `changed since it was sealed with the key ${id}` };
      }
    },
    isCurrent: (sealed) => SEALED.exec(sealed)?.[1] === current,
  };
}
