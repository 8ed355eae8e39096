import { parseJson } from "../kit/parse-json.ts";
import { problem } from "./problem.ts";

export type BodyResult<T> =
  | { kind: "body"; text: string; bytes: Uint8Array<ArrayBuffer>; value: T }
  | { kind: "refused"; response: Response };

const refused = (response: Response): BodyResult<never> => ({ kind: "refused", response });

/**
 * The JSON body of a request, or the answer that says what is wrong with it. Never holds more than
 * `maxBytes` in memory.
 */
export async function jsonBody(request: Request, maxBytes: number): Promise<BodyResult<unknown>> {
  const type = request.headers.get("Content-Type");
  if (type !== null && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    return refused(problem(415, `Content-Type is ${type.slice(0, 80)}; send application/json.`));
  }
  const read = await boundedText(request, maxBytes);
  if (read.kind === "refused") return read;
  const parsed = parseJson(read.text);
  if (parsed.kind === "malformed") return refused(problem(400, `The body is ${parsed.message}.`));
  return { ...read, value: parsed.value };
}

/** Reads chunk by chunk and stops at the first byte too many, whatever Content-Length says. */
export async function boundedText(
  request: Request,
  maxBytes: number,
): Promise<BodyResult<undefined>> {
  const tooLarge = () =>
    refused(problem(413, `The body is larger than ${maxBytes} bytes; send it in parts.`));
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBytes) {
    await request.body?.cancel();
    return tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      return tooLarge();
    }
    chunks.push(value);
  }
  return decoded(chunks, size);
}

function decoded(chunks: Uint8Array[], size: number): BodyResult<undefined> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  try {
    return {
      kind: "body",
      bytes,
      text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
      value: undefined,
    };
  } catch {
    return refused(problem(400, "The body is not valid UTF-8."));
  }
}
