/**
 * Written by `npm run db:generate`: the number of the latest migration, its created_at in the
 * journal of the database.
 */
export const LATEST_MIGRATION = 1_796_074_742_581;
