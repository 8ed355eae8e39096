import { MAX_CELL } from "../../src/text/hashing/sparse-matrix.ts";

/**
 * Weights as whole roots: a weight is `root * |root| * step`. What is beyond the largest of these
 * (this share of the weights) is cut to it.
 */
const LARGEST = 0.9999;

export type Quantised = { cells: Int8Array; step: number };

/** Roots under `least` become 0, and weights that `keeps` does not want. */
export function quantise(
  weights: ArrayLike<number>,
  least: number,
  keeps: (at: number) => boolean = () => true,
): Quantised {
  const sizes = Float64Array.from(weights, Math.abs).sort();
  const step = (sizes[Math.floor(sizes.length * LARGEST)] ?? 1) / MAX_CELL ** 2;
  const cells = Int8Array.from(weights, (weight, at) => {
    const root = Math.min(MAX_CELL, Math.round(Math.sqrt(Math.abs(weight) / step)));
    return root < least || !keeps(at) ? 0 : Math.sign(weight) * root;
  });
  return { cells, step };
}

/** The weights that the cells stand for. */
export const shipped = ({ cells, step }: Quantised): Float64Array =>
  Float64Array.from(cells, (cell) => cell * Math.abs(cell) * step);
