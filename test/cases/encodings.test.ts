import { expect, it } from "vitest";
import { cappedText } from "../../src/http/capped-body.ts";
import { readHtml } from "../../src/sources/_shared/html.ts";
import { casesOf } from "./judged.ts";

type EncodingCase = { base64: string; contentType: string; expect: string; firstChunk?: number };

it.each(casesOf<EncodingCase>("encodings"))("$id: $why", async (one) => {
  const bytes = Uint8Array.from(Buffer.from(one.base64, "base64"));
  const cut = one.firstChunk ?? bytes.length;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, cut));
      if (cut < bytes.length) controller.enqueue(bytes.subarray(cut));
      controller.close();
    },
  });
  const text = await cappedText(body, 1_000_000, "fail", one.contentType || null);
  const titles = [...text.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title ?? "");
  expect(readHtml(titles[1] ?? "").text).toBe(one.expect);
});
