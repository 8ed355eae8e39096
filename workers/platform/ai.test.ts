import { expect, it } from "vitest";
import { type AiBinding, bindingFetch } from "./ai.ts";

const call = async (run: AiBinding["run"], signal?: AbortSignal) => {
  const fetch = bindingFetch({ run });
  const init = { body: '{"messages":[]}', ...(signal && { signal }) };
  const answer = await fetch("https://workers-ai.invalid/run/@cf/meta/model", init);
  return { status: answer.status, json: await answer.json() };
};
const throws = (message: string) => () => Promise.reject(new Error(message));

it("runs the model that the address names, with the body as its input", async () => {
  const given: unknown[] = [];
  const answer = await call(async (...args) => {
    given.push(...args);
    return { response: "yes" };
  });
  expect(given).toEqual(["@cf/meta/model", { messages: [] }]);
  expect(answer).toEqual({ status: 200, json: { success: true, result: { response: "yes" } } });
});

it.each([
  ["3036: You have used up your daily free allocation of 10,000 neurons.", 429, 3036],
  ["InferenceUpstreamError: 3040: Capacity temporarily exceeded", 429, 3040],
  ["5007: No such model @cf/meta/model or task", 400, 5007],
  ["AiError: network connection lost", 500, 0],
])("answers what the binding throws as its HTTP interface does: %s", async (text, status, code) => {
  const answer = await call(throws(text));
  expect([answer.status, answer.json]).toMatchObject([status, { errors: [{ code }] }]);
});

it("ends with the deadline, whatever the model still does", async () => {
  const patience = AbortSignal.timeout(20);
  await expect(call(() => new Promise(() => undefined), patience)).rejects.toThrow(/timeout/i);
});

it("refuses to answer for a binding that is not there", async () => {
  const answer = await bindingFetch(undefined)("https://workers-ai.invalid/run/@cf/m", {});
  expect(answer.status).toBe(403);
});
