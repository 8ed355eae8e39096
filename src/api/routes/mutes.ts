import * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";
import { nearestName } from "../../kit/nearest-name.ts";
import { type Clock, iso } from "../../kit/time.ts";
import type { ChannelConfig, TokenMute } from "../../model/channel-config.ts";
import { mutesInForce, writtenToken } from "../../model/mutes.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { type ChannelStore, MOST_MUTES } from "../../store/channels.ts";
import type { DescribeChange } from "../change.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type MutePorts = {
  ownRows(tenant: string): Pick<ChannelStore, "channels" | "muteToken">;
  /** Whether channels of the kind are streams: they get everything, and cannot be muted. */
  isStream(kind: string): boolean;
  now: Clock;
};

const MINUTE = 60_000;
const MOST_DAYS = 30;
const MOST_MINUTES = MOST_DAYS * 24 * 60;

const Token = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^\S+$/, "must be a symbol such as PEPE, or an address");
const ChannelName = z.string().trim().min(1).max(100);
const MuteInput = z
  .strictObject({
    token: Token,
    /** The name of a channel; left out: every channel. */
    channel: ChannelName.optional(),
    minutes: z.number().int().min(1).max(MOST_MINUTES).optional(),
    until: IsoInstant.optional(),
  })
  .refine(({ minutes, until }) => (minutes === undefined) !== (until === undefined), {
    message: "needs either minutes or until",
  });
const Mutes = z.object({
  mutes: z.array(
    z.object({
      channel: z.string(),
      token: z.string(),
      until: z.string(),
      by: z.string(),
    }),
  ),
});
type Shown = z.input<typeof Mutes>["mutes"][number];

/** Tokens of which a channel is not notified for a time. The buttons of a chat set the same. */
export const muteRoutes = (ports: MutePorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/mutes",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "listMutes",
    summary: "The tokens that are muted now: in which channel, until when, and by whom.",
    answer: Mutes,
    status: 200,
    handle: async ({ tenant }) => ({
      mutes: inForce(await ports.ownRows(tenant).channels(), ports.now()),
    }),
  }),
  route({
    method: "POST",
    path: "/mutes",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "muteToken",
    summary: "Mutes a token for some minutes or until a time, in one channel or in all.",
    body: MuteInput,
    answer: Mutes,
    status: 201,
    example: { body: { token: "PEPE", minutes: 60 } },
    async handle({ body, change, tenant }) {
      const now = ports.now();
      const until =
        body.until === undefined ? now + (body.minutes ?? 0) * MINUTE : Date.parse(body.until);
      if (until <= now) return refusal("until", "is over: name a time to come");
      if (until > now + MOST_MINUTES * MINUTE)
        return refusal("until", `is later than ${MOST_DAYS} days from now`);
      return write({ ...body, until, tenant }, change, ports);
    },
  }),
  route({
    method: "DELETE",
    path: "/mutes",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "unmuteToken",
    summary: "Ends the mute of a token, in one channel or in all.",
    query: z.object({ token: Token, channel: ChannelName.optional() }),
    answer: Mutes,
    status: 200,
    example: { query: { token: "PEPE" } },
    handle: ({ query, change, tenant }) =>
      write({ ...query, until: ports.now(), tenant }, change, ports),
  }),
];

type Asked = { token: string; channel?: string | undefined; until: number; tenant: string };

/** An unmute is a mute that ends at once: of one token the latest counts. */
async function write(
  { token, channel, until, tenant }: Asked,
  change: DescribeChange,
  { ownRows, isStream, now }: MutePorts,
): Promise<z.input<typeof Mutes> | Response> {
  const store = ownRows(tenant);
  const known = (await store.channels()).filter(({ kind }) => !isStream(kind));
  const wanted = channel === undefined ? known : known.filter(({ name }) => name === channel);
  if (wanted.length === 0) return unknownChannel(channel, known);
  const at = iso(now());
  const full: string[] = [];
  for (const { id, name } of wanted) {
    const subject = `channel/${id}`;
    const { keyId, keyName, requestId } = change({ at, subject });
    const mute: TokenMute = {
      token: writtenToken(token),
      until: iso(until),
      by: keyName ?? keyId,
      request: `api:${sha256Hex(JSON.stringify([token, until, at, requestId]))}`,
    };
    const result = await store.muteToken(id, mute, at, change({ at, subject, after: { mute } }));
    if (result === "full") full.push(name);
  }
  if (full.length > 0)
    return refusal(
      "channel",
      `${full.join(", ")} has ${MOST_MUTES} mutes in force: end one, or wait until one is over`,
    );
  return { mutes: inForce(await store.channels(), now()) };
}

/** The latest mute of each token of each channel that is not over. */
function inForce(channels: readonly ChannelConfig[], now: number): Shown[] {
  return channels.flatMap(({ name, filter }) =>
    mutesInForce(filter.mutes ?? [], now).map(({ token, until, by }) => ({
      ...{ channel: name, token, until, by },
    })),
  );
}

const refusal = (path: string, message: string): Response =>
  problem(422, `The mute was refused: ${path} ${message}.`, { errors: [{ path, message }] });

function unknownChannel(name: string | undefined, known: readonly ChannelConfig[]): Response {
  if (name === undefined) return refusal("channel", "there is no channel that can be muted");
  const names = known.map((channel) => channel.name);
  const near = nearestName(name, names);
  const hint = near ? `; did you mean ${near}?` : "";
  return refusal("channel", `there is no channel ${name} that can be muted${hint}`);
}
