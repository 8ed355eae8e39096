export class TooLarge extends Error {
  override name = "TooLarge";
}

/** The body as UTF-8 text; past `maxBytes` it drops the connection, so that no answer can fill the memory, and throws TooLarge or answers what it has. */
export async function cappedText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  overflow: "fail" | "cut" = "fail",
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel().catch(() => undefined);
      if (overflow === "cut") return text;
      throw new TooLarge(`larger than ${maxBytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
