import { DurableObject } from "cloudflare:workers";
import type { Change, CommitResult } from "../../src/store/events.ts";
import { isolateOf } from "../compose/isolate.ts";
import type { Bindings } from "../env.ts";
import type { CommitsRpc } from "./rpc.ts";

/**
 * Commits the changes of many events: those that arrive while a statement is in flight go out
 * together in the next. It holds nothing; a change whose answer is lost is found stale when it
 * comes again.
 */
export class CommitsObject extends DurableObject<Bindings> implements CommitsRpc {
  readonly #store = isolateOf(this.env).commits();

  async commit(change: Change): Promise<CommitResult> {
    return this.#store.commit(change);
  }
}
