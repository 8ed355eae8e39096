/**
 * Access tokens of this isolate by account, with the time until which each may be used. Never
 * written anywhere.
 */
export type TokenShelf = Map<string, { token: string; until: number }>;
