/**
 * A small network: each unit is the tanh of a weighted sum of the parts, and the answer a weighted sum of the units, of the parts themselves, and of
 * a constant. `means` and `scales` bring the parts to one scale. Rows of `units` end with their own constant, and so does `straight`.
 */
export type Blend = {
  means: readonly number[];
  scales: readonly number[];
  units: readonly (readonly number[])[];
  out: readonly number[];
  straight: readonly number[];
};

function weighted(weights: readonly number[], parts: readonly number[]): number {
  let sum = weights[parts.length] ?? 0;
  for (let i = 0; i < parts.length; i++) sum += (weights[i] ?? 0) * (parts[i] ?? 0);
  return sum;
}

/** The parts less their mean, in units of their spread. */
export const standard = ({ means, scales }: Pick<Blend, "means" | "scales">, parts: readonly number[]): number[] =>
  parts.map((part, i) => (part - (means[i] ?? 0)) / (scales[i] ?? 1));

export function blended(blend: Blend, parts: readonly number[]): number {
  const inputs = standard(blend, parts);
  let sum = weighted(blend.straight, inputs);
  for (const [i, unit] of blend.units.entries()) sum += (blend.out[i] ?? 0) * Math.tanh(weighted(unit, inputs));
  return sum;
}
