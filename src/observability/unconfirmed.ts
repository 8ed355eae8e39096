/**
 * What went out to a listener and is not confirmed yet, in bytes. A confirmation costs a look along
 * a few marks, whatever lies between: no message is read again.
 */
export type SendAccount = {
  sent: number;
  confirmed: number;
  /** The id of the last message sent. */
  lastId: number;
  /** Now and then: the id of a message, and how much had been sent with it. */
  marks: readonly (readonly [id: number, sent: number])[];
};

export const NOTHING_SENT: SendAccount = { sent: 0, confirmed: 0, lastId: 0, marks: [] };

/** A confirmation between two marks counts as the first of them. */
const MARK_BYTES = 64 * 1024;

export const unconfirmedBytes = ({ sent, confirmed }: SendAccount): number => sent - confirmed;

export function withSent(account: SendAccount, id: number, bytes: number): SendAccount {
  const sent = account.sent + bytes;
  const lastMark = account.marks.at(-1)?.[1] ?? account.confirmed;
  const marks =
    sent - lastMark >= MARK_BYTES ? [...account.marks, [id, sent] as const] : account.marks;
  return { ...account, sent, lastId: id, marks };
}

/** The listener has read everything up to `id`. */
export function withConfirmed(account: SendAccount, id: number): SendAccount {
  if (id >= account.lastId) return { ...account, confirmed: account.sent, marks: [] };
  const read = account.marks.findLast(([marked]) => marked <= id);
  if (read === undefined) return account;
  const marks = account.marks.filter(([marked]) => marked > id);
  return { ...account, confirmed: Math.max(account.confirmed, read[1]), marks };
}
