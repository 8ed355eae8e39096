export class TooLarge extends Error {
  override name = "TooLarge";
}

/** The charset is named by the content type or an XML declaration; otherwise it is UTF-8. */
function decoderFor(contentType: string | null, start: Uint8Array): TextDecoder {
  const declared = () =>
    /^<\?xml[^>]*\sencoding=["']([\w.:-]+)/.exec(
      String.fromCharCode(...start.subarray(0, 200)),
    )?.[1];
  const charset = /charset="?([\w.:-]+)/i.exec(contentType ?? "")?.[1] ?? declared() ?? "utf-8";
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
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
  let decoder: TextDecoder | undefined;
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + (decoder?.decode() ?? "");
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel().catch(() => undefined);
      if (overflow === "cut") return text;
      throw new TooLarge(`larger than ${maxBytes} bytes`);
    }
    decoder ??= decoderFor(contentType, value);
    text += decoder.decode(value, { stream: true });
  }
}
