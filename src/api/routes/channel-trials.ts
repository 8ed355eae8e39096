import type * as z from "zod";
import { camelCased } from "../../kit/case.ts";
import { iso } from "../../kit/time.ts";
import type { DescribeChange } from "../change.ts";
import type { PreviewInput } from "./channel-input.ts";
import {
  type CataloguePort,
  type ChannelSettings,
  channelSubject,
  findChannel,
  invalidChannel,
  type OwnChannelPorts,
  type TriedChannel,
  unknownChannel,
} from "./channel-ports.ts";

/** A message has the names of its service, so it goes out as it is. */
export function previewChannel(
  input: z.output<typeof PreviewInput>,
  catalogue: CataloguePort,
): Response {
  const groups = input.digest ? [input.states] : input.states.map((state) => [state]);
  const settings = camelCased(input.settings) as ChannelSettings;
  const previews = groups.map((states) => ({
    states,
    ...catalogue.preview(input.kind, settings, states),
  }));
  const problems = previews.find((made) => made.kind === "invalid");
  if (problems?.kind === "invalid") return invalidChannel(problems.problems);
  return Response.json({
    previews: previews.map((made) => ({
      states: made.states,
      message: "message" in made ? made.message : null,
    })),
  });
}

export async function testChannel(
  id: number,
  change: DescribeChange,
  { catalogue, store, resumed, now }: OwnChannelPorts,
): Promise<z.input<typeof TriedChannel> | Response> {
  const config = await findChannel(id, store);
  if (config === undefined) return unknownChannel(id);
  await store.recordChange(change({ at: iso(now()), subject: channelSubject(id) }));
  const tested = await catalogue.test(config);
  if ("problem" in tested) return { ok: false, result: "refused", reason: tested.problem };
  const { verdict, httpStatus, ms, ambiguous, words } = tested;
  const ok = verdict.kind === "ok";
  // What paused it was fixed, as the target itself says.
  if (ok && config.status === "paused") {
    await store.updateChannel(config.id, { status: "active", statusReason: null });
    await resumed(config.id);
  }
  const reason = words ? `${verdict.reason}: ${words}` : verdict.reason;
  return { ok, result: verdict.kind, reason, httpStatus, ms, ambiguous };
}
