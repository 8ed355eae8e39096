import { type Emulator, json, NOT_FOUND, textField } from "../emulator.ts";

/**
 * Answers as models gave them, with the prose and the fences that they put around JSON. The words
 * of the post choose one, so that a test can ask twice.
 */
const RECORDED: readonly { when: RegExp; response: unknown }[] = [
  {
    when: /\b(?:free|giveaway|double your|seed phrase|claim)\b/i,
    response: '```json\n{"verdict": "scam", "confidence": 0.93}\n```',
  },
  {
    when: /\?|\b(?:rumou?r|hearing|heard|may|might|soon|could)\b/i,
    response:
      'Based on the post, here is my assessment:\n\n{"verdict": "rumour", "confidence": 0.71}\n\n' +
      "The author does not state the claim as a fact.",
  },
  {
    when: /\b(?:lists?|listed|listing|launch\w*|live|exploit\w*|drained|audit\w*|partner\w*)\b/i,
    response: { verdict: "report", confidence: 0.88 },
  },
  { when: /\b(?:poem|recipe)\b/i, response: "I'm sorry, but I can't help with that." },
  { when: /(?:)/, response: '{"verdict":"chatter","confidence":0.64}' },
];

const error = (status: number, code: number, message: string) =>
  json({ result: null, success: false, errors: [{ code, message }], messages: [] }, status);

/** The post of a question, which stands as JSON in the last message. */
function postIn(body: unknown): string | undefined {
  const messages =
    typeof body === "object" && body !== null ? Object.entries(body) : ([] as [string, unknown][]);
  const list = messages.find(([name]) => name === "messages")?.[1];
  const content = textField(Array.isArray(list) ? list.at(-1) : undefined, "content");
  try {
    return textField(JSON.parse(content ?? ""), "post");
  } catch {
    return undefined;
  }
}

export const workersAi: Emulator = {
  name: "workers-ai",
  settings: (base) => ({
    AI_MODEL: "@cf/meta/llama-3.1-8b-instruct-fast",
    AI_BASE_URL: `${base}/workers-ai`,
  }),
  owned: ["AI_MODEL", "AI_BASE_URL"],
  refusals: {
    throttled: error(429, 3040, "No more data centers to forward the request to"),
    quota: error(429, 3036, "You have used up your daily free allocation of 10,000 neurons."),
    empty: json({ result: { response: "" }, success: true, errors: [], messages: [] }),
  },
  answer({ method, path, json: body }) {
    if (method !== "POST" || !path.startsWith("/run/@")) return NOT_FOUND;
    const post = postIn(body);
    if (post === undefined) return error(400, 5006, "required properties are missing: messages");
    const response = RECORDED.find(({ when }) => when.test(post))?.response;
    const usage = { prompt_tokens: 290, completion_tokens: 18, total_tokens: 308 };
    return json({ result: { response, usage }, success: true, errors: [], messages: [] });
  },
};
