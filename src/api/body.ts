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

/** Read and thrown away after a body turned out too large, so that the sender hears the answer. */
const MAX_DRAINED_BYTES = 1_048_576;

/**
 * Reads chunk by chunk and keeps no byte too many, whatever Content-Length says. A body in gzip or
 * deflate is bounded in both forms.
 */
export async function boundedText(
  request: Request,
  maxBytes: number,
): Promise<BodyResult<undefined>> {
  const coding = request.headers.get("Content-Encoding")?.trim().toLowerCase() || "identity";
  if (!CODINGS.has(coding))
    return refused(problem(415, `Content-Encoding is ${coding.slice(0, 40)}; send gzip or none.`));
  const compressed = coding !== "identity";
  const format = coding === "deflate" ? "deflate" : "gzip";
  const sent = request.body as ReadableStream<Uint8Array<ArrayBuffer>> | null;
  const reader = (
    compressed ? sent?.pipeThrough(new DecompressionStream(format)) : sent
  )?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (reader !== undefined && size <= maxBytes + MAX_DRAINED_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size <= maxBytes) chunks.push(value);
      // What is compressed well would cost time to read to its end.
      else if (compressed) break;
    }
    if (size > maxBytes) {
      await reader?.cancel();
      return refused(problem(413, `The body is larger than ${maxBytes} bytes; send it in parts.`));
    }
  } catch (error) {
    if (!compressed) throw error;
    return refused(problem(400, `The body is not valid ${format}.`));
  }
  return decoded(chunks, size);
}

const CODINGS = new Set(["identity", "gzip", "x-gzip", "deflate"]);

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
