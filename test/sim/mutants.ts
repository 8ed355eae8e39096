import { CHANGING_MUTANTS } from "./mutants/changing.ts";
import { CONSUMERS_MUTANTS } from "./mutants/consumers.ts";
import { COUNTING_MUTANTS } from "./mutants/counting.ts";
import { DECIDING_MUTANTS } from "./mutants/deciding.ts";
import { DELIVERY_MUTANTS } from "./mutants/delivery.ts";
import { IN_FLIGHT_MUTANTS } from "./mutants/in-flight.ts";
import { INTAKE_MUTANTS } from "./mutants/intake.ts";
import { POSTGRES_MUTANTS } from "./mutants/postgres.ts";
import { SCHEDULE_MUTANTS } from "./mutants/schedule.ts";
import { STORE_MUTANTS } from "./mutants/store.ts";
import type { Suspect } from "./mutants/suspect.ts";

/** Mistakes that someone could make in this code: see Suspect. */
export const MUTANTS: readonly Suspect[] = [
  ...INTAKE_MUTANTS,
  ...CONSUMERS_MUTANTS,
  ...DECIDING_MUTANTS,
  ...CHANGING_MUTANTS,
  ...IN_FLIGHT_MUTANTS,
  ...COUNTING_MUTANTS,
  ...STORE_MUTANTS,
  ...POSTGRES_MUTANTS,
  ...DELIVERY_MUTANTS,
  ...SCHEDULE_MUTANTS,
];
