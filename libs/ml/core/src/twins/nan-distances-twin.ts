import type { NanDistanceInput } from '../nan-distances';

/** Distances of one row to all donors, value by value: equal to the kernel bit for bit. Not exported by the package. */
export function nanDistancesTwin({ donors, columns }: NanDistanceInput, row: number): Float64Array {
  const d = donors.length;
  return Float64Array.from({ length: donors[0]?.length ?? 0 }, (_, i) => {
    let sum = 0;
    let count = 0;
    for (let j = 0; j < d; j += 1) {
      const difference = (donors[j]?.[i] as number) - (columns[j]?.[row] as number);
      if (Number.isNaN(difference)) continue;
      sum += difference * difference;
      count += 1;
    }
    return (sum / count) * d;
  });
}
