/** One column a type, in the order of EVENT_TYPES; `step` undoes the scaling of the table. */
export type EventTypeModel = { step: number; bias: readonly number[]; table: string };
