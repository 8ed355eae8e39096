import { decodedBody } from "./body-encoding.ts";

export class TooLarge extends Error {
  override name = "TooLarge";
}

/** Encodings are recognised by the first bytes, which the network may cut anywhere. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

/**
 * Reads the body as text. After `maxBytes` it closes the connection, so that no answer can fill the
 * memory, and throws TooLarge ("fail") or answers what was read so far ("cut").
 */
export async function cappedText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  overflow: "fail" | "cut" = "fail",
  contentType: string | null = null,
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return decodedBody(joined(chunks, bytes), contentType);
    if (bytes + value.byteLength > maxBytes) {
      reader.cancel().catch(() => undefined);
      if (overflow === "cut") return decodedBody(joined(chunks, bytes), contentType);
      throw new TooLarge(`larger than ${maxBytes} bytes`);
    }
    bytes += value.byteLength;
    chunks.push(value);
  }
}
