import { randomBytes } from "node:crypto";
import type { CloudAccount, CloudQueue, QueueConsumer } from "./account.ts";
import { bodyOf, type CloudCall, type CloudRoute, done, page, refuse } from "./reply.ts";

const NO_QUEUE = refuse(404, 11000, "Queue does not exist.");
const hex = () => randomBytes(16).toString("hex");

const producersOf = ({ scripts }: CloudAccount, queue: string): string[] =>
  [...scripts.values()]
    .filter(({ versions }) =>
      versions
        .at(-1)
        ?.bindings.some(({ type, queue_name }) => type === "queue" && queue_name === queue),
    )
    .map(({ name }) => name);

function shown(account: CloudAccount, queue: CloudQueue) {
  const producers = producersOf(account, queue.queue_name);
  return {
    queue_id: queue.queue_id,
    queue_name: queue.queue_name,
    created_on: queue.createdOn,
    modified_on: queue.createdOn,
    producers: producers.map((script) => ({ type: "worker", script })),
    producers_total_count: producers.length,
    consumers: queue.consumers,
    consumers_total_count: queue.consumers.length,
    settings: { delivery_delay: 0, message_retention_period: 345_600, delivery_paused: false },
  };
}

const queueOf = ({ account, params }: CloudCall): CloudQueue | undefined =>
  [...account.queues.values()].find(({ queue_id }) => queue_id === params.queue);

function create(call: CloudCall) {
  const { account, now } = call;
  const { queue_name: name, settings } = bodyOf(call);
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    return refuse(400, 11003, `Queue name "${String(name)}" is invalid.`);
  if (account.queues.has(name))
    return refuse(
      409,
      11009,
      `Queue name '${name}' is already taken. Please use a different name and try again.`,
    );
  if (account.queues.size >= account.maxQueues)
    return refuse(403, 11010, `You have exceeded the limit of ${account.maxQueues} queues.`);
  const retention = (settings as Record<string, unknown>)?.message_retention_period;
  if (account.plan === "free" && retention !== undefined && Number(retention) > 86_400)
    return refuse(400, 100127, "message_retention_period is at most 86400 on the free plan.");
  const queue: CloudQueue = { queue_id: hex(), queue_name: name, createdOn: now, consumers: [] };
  account.queues.set(name, queue);
  return done(shown(account, queue));
}

function consumerIn(call: CloudCall, consumer_id: string): QueueConsumer | string {
  const body = bodyOf(call);
  const script = String(body.script_name ?? "");
  if (!call.account.scripts.has(script)) return `Script '${script}' does not exist.`;
  return {
    consumer_id,
    type: String(body.type),
    script,
    dead_letter_queue: body.dead_letter_queue as string | undefined,
    settings: (body.settings ?? {}) as Record<string, unknown>,
  };
}

function addConsumer(call: CloudCall) {
  const queue = queueOf(call);
  if (!queue) return NO_QUEUE;
  if (queue.consumers.length > 0) return refuse(409, 11004, "workers.api.error.consumer_exists");
  const consumer = consumerIn(call, hex());
  if (typeof consumer === "string") return refuse(404, 10007, consumer);
  const letters = consumer.dead_letter_queue;
  if (letters && !call.account.queues.has(letters))
    return refuse(400, 11000, `Dead letter queue "${letters}" does not exist.`);
  queue.consumers.push(consumer);
  return done(consumer);
}

function changeConsumer(call: CloudCall) {
  const queue = queueOf(call);
  const at = queue?.consumers.findIndex((each) => each.consumer_id === call.params.consumer) ?? -1;
  if (!queue || at < 0) return NO_QUEUE;
  const consumer = consumerIn(call, call.params.consumer ?? "");
  if (typeof consumer === "string") return refuse(404, 10007, consumer);
  queue.consumers[at] = consumer;
  return done(consumer);
}

function removeConsumer(call: CloudCall) {
  const queue = queueOf(call);
  if (!queue) return NO_QUEUE;
  queue.consumers = queue.consumers.filter((each) => each.consumer_id !== call.params.consumer);
  return done();
}

function remove(call: CloudCall) {
  const queue = queueOf(call);
  if (!queue) return NO_QUEUE;
  const [producer] = producersOf(call.account, queue.queue_name);
  if (producer !== undefined || queue.consumers.length > 0)
    return refuse(
      400,
      11005,
      `Queue cannot be deleted because it is referenced by Workers script '${producer}'.`,
    );
  call.account.queues.delete(queue.queue_name);
  return done();
}

const QUEUE = "/queues/:queue";

export const QUEUE_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: "/queues",
    answer({ account, query }) {
      const names = query.getAll("name");
      const found = [...account.queues.values()].filter(
        ({ queue_name }) => names.length === 0 || names.includes(queue_name),
      );
      return page(
        found.map((queue) => shown(account, queue)),
        query,
      );
    },
  },
  { method: "POST", path: "/queues", answer: create },
  { method: "DELETE", path: QUEUE, answer: remove },
  { method: "POST", path: `${QUEUE}/consumers`, answer: addConsumer },
  { method: "PUT", path: `${QUEUE}/consumers/:consumer`, answer: changeConsumer },
  { method: "DELETE", path: `${QUEUE}/consumers/:consumer`, answer: removeConsumer },
];
