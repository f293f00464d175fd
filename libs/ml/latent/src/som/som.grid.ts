/** Where the units of a map lie. */
export interface SomGrid {
  readonly width: number;
  readonly height: number;
  readonly grid: 'hexagonal' | 'rectangular';
}

/** Place of a unit in steps of the grid: every second row of a hexagonal grid is shifted by half a step. */
export function unitPlace({ width, grid }: SomGrid, unit: number): readonly [number, number] {
  const [row, column] = [Math.floor(unit / width), unit % width];
  return grid === 'hexagonal' ? [column + (row % 2) / 2, row * Math.sqrt(0.75)] : [column, row];
}

/** Squared distances between all units on the grid; units × units. */
export function gridDistances(grid: SomGrid): Float64Array {
  const units = grid.width * grid.height;
  const places = Array.from({ length: units }, (_, unit) => unitPlace(grid, unit));
  return Float64Array.from({ length: units * units }, (_, at) => {
    const [[x, y], [u, v]] = [places[Math.floor(at / units)] ?? [0, 0], places[at % units] ?? [0, 0]];
    return (x - u) ** 2 + (y - v) ** 2;
  });
}

/** Units one step away. */
export function neighboursOf(distances: Float64Array, units: number, unit: number): number[] {
  return Array.from({ length: units }, (_, other) => other).filter((other) => {
    const squared = distances[unit * units + other] as number;
    return squared > 0.5 && squared < 1.1;
  });
}
