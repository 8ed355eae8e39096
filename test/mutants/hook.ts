/*
 * Preloaded into every thread of a test run (NODE_OPTIONS=--import): the modules that tests import
 * have the mistake of MUTANT in them.
 */
import { applyMutant } from "../sim/mutate.ts";

const mutant = process.env.MUTANT;
if (mutant !== undefined) applyMutant(JSON.parse(mutant));
