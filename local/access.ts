import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/**
 * Whether a request to a part of the local stack comes from a web page, or by a name that is not
 * this machine's (DNS rebinding). Programs send neither Origin nor Sec-Fetch-Site; a browser sends
 * them, and `Sec-Fetch-Site: none` alone means that a person typed the address.
 */
export function isForeign({ headers }: Pick<IncomingMessage, "headers">): boolean {
  if (!LOOPBACK.test(headers.host ?? "")) return true;
  if (headers.origin !== undefined) return true;
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "none";
}

/** The data folder, for its owner alone. */
export function privateFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
}

/**
 * A random secret of the data folder by name, made at the first start and kept: 24 bytes in
 * base64url, in a file for its owner alone.
 */
export function folderSecret(dataDir: string, name: string): string {
  const file = join(dataDir, `${name}.secret`);
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const secret = randomBytes(24).toString("base64url");
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/** How a service is given its secret: arguments can be read by everyone on the machine. */
export const SECRET_VARIABLE = "SERVICE_SECRET";

export const serviceSecret = (): string => process.env[SECRET_VARIABLE] ?? "";
