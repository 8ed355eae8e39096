import * as z from "zod";
import { iso } from "../../kit/time.ts";
import { DEFAULT_TENANT } from "../../model/tenant.ts";
import type { DescribeChange } from "../change.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, PathId, route } from "../route.ts";
import { createChannel, removeChannel, updateChannel } from "./channel-changes.ts";
import { ChannelInput, ChannelUpdate, PreviewInput } from "./channel-input.ts";
import {
  type ChannelAdminPorts,
  ChannelPreviews,
  ChannelSaved,
  ChannelShown,
  KindShown,
  type OwnChannelPorts,
  SealingReport,
  shownChannel,
  TriedChannel,
  UNSAVED_CHANNEL,
} from "./channel-ports.ts";
import { previewChannel, testChannel } from "./channel-trials.ts";

const ChannelParams = z.object({ id: PathId("channel") });
const EXAMPLE_HOOK = {
  kind: "webhook",
  name: "hook",
  settings: { url: "https://example.com/in" },
};

/**
 * Where notifications go. Secrets are written, never read back: one that was made here is shown in
 * the answer that made it, under `shown_once`.
 */
export const channelRoutes = (ports: ChannelAdminPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/channels",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "listChannels",
    summary: "Channels and the kinds there are. Secrets are never read back.",
    answer: z.object({ channels: z.array(ChannelShown), kinds: z.array(KindShown) }),
    status: 200,
    async handle({ tenant }) {
      const channels = await ports.ownRows(tenant).channels();
      const kinds = ports.catalogue.kinds();
      return { channels: channels.map((config) => shownChannel(config, ports.catalogue)), kinds };
    },
  }),
  route({
    method: "POST",
    path: "/channels",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "createChannel",
    summary: "Adds a channel.",
    body: ChannelInput,
    refusal: UNSAVED_CHANNEL,
    answer: ChannelSaved,
    status: 201,
    example: { body: EXAMPLE_HOOK },
    handle: ({ body, change, tenant }) => createChannel(body, change, of(tenant, ports)),
  }),
  route({
    method: "PATCH",
    path: "/channels/:id",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "updateChannel",
    summary: "Changes a channel.",
    params: ChannelParams,
    body: ChannelUpdate,
    refusal: UNSAVED_CHANNEL,
    answer: ChannelSaved,
    status: 200,
    example: { params: { id: "1" }, body: { filter: { min_score: 20 } } },
    handle: ({ params: { id }, body, change, tenant }) =>
      updateChannel(id, body, change, of(tenant, ports)),
  }),
  route({
    method: "DELETE",
    path: "/channels/:id",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "deleteChannel",
    summary: "Removes a channel; its deliveries stay readable.",
    params: ChannelParams,
    status: 204,
    example: { params: { id: "1" } },
    handle: ({ params: { id }, change, tenant }) => removeChannel(id, change, of(tenant, ports)),
  }),
  route({
    method: "POST",
    path: "/channels/preview",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "previewChannel",
    effect: "none",
    summary: "What a channel's messages would look like.",
    body: PreviewInput,
    refusal: UNSAVED_CHANNEL,
    answer: ChannelPreviews,
    status: 200,
    example: { body: { kind: "webhook", states: ["verified"] } },
    handle: ({ body }) => previewChannel(body, ports.catalogue),
  }),
  route({
    method: "POST",
    path: "/channels/encrypt",
    access: "write",
    tag: "delivery",
    operationId: "encryptChannels",
    summary: "Encrypts secrets that are stored in clear or under an earlier SECRETS_KEY.",
    answer: SealingReport,
    status: 200,
    handle: ({ change }) => encrypt(change, ports),
  }),
  route({
    method: "POST",
    path: "/channels/:id/test",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "testChannel",
    heavy: true,
    summary: "Sends a test message.",
    params: ChannelParams,
    answer: TriedChannel,
    status: 200,
    example: { params: { id: "1" } },
    handle: ({ params: { id }, change, tenant }) => testChannel(id, change, of(tenant, ports)),
  }),
];

const of = (tenant: string, { ownRows, ...ports }: ChannelAdminPorts): OwnChannelPorts => ({
  ...ports,
  store: ownRows(tenant),
});

/** Of all tenants: the key is the operators'. */
async function encrypt(
  change: DescribeChange,
  { ownRows, seal, now }: ChannelAdminPorts,
): Promise<z.infer<typeof SealingReport> | Response> {
  await ownRows(DEFAULT_TENANT).recordChange(change({ at: iso(now()), subject: "channels" }));
  return (await seal()) ?? problem(409, "SECRETS_KEY is not set: there is no key to seal with.");
}
