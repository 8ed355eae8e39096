export class TooLarge extends Error {
  override name = "TooLarge";
}

/** The body as UTF-8 text; throws TooLarge (and drops the connection) once it passes `maxBytes`, so that no answer can fill the memory. */
export async function cappedText(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<string> {
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
      throw new TooLarge(`larger than ${maxBytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
