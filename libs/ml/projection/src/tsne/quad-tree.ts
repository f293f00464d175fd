/** Levels below the whole square: 16 bits a coordinate. */
const LEVELS = 16;
const SIDE = 2 ** LEVELS;
/** Points a cell may hold before it is divided. */
const LEAF = 6;
/** More points than this in the smallest cell stand on one spot, as far as a picture goes. */
const HEAP = 32;
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;

/** Spreads the lower 16 bits apart: bit i goes to place 2·i. */
function spread(value: number): number {
  let x = value;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** What repels a point: the sum of forces, not yet divided by all points' `weight`. */
export interface Repulsion {
  /** n × 2. */
  readonly forces: Float64Array;
  /** Σ over pairs i ≠ j of 1 / (1 + distance²). */
  weight: number;
}

/**
 * A quadtree over points of the plane, rebuilt for every step: points in Morton order, cells depth first with the place
 * where each one's descendants end, so that a walk needs no stack. Allocates once, for n points.
 */
export class QuadTree {
  private readonly codes: Uint32Array;
  private readonly spareCodes: Uint32Array;
  private order: Uint32Array;
  private spareOrder: Uint32Array;
  private readonly sorted: Float64Array;
  private readonly counts = new Uint32Array(DIGITS);
  /** Centre x, centre y, points, squared width. */
  private readonly cells: Float64Array;
  /** Cell behind the descendants; first point, or -1; end of its points. */
  private readonly links: Int32Array;
  private used = 0;

  constructor(private readonly n: number) {
    const cells = 2 * n + LEVELS + 2;
    this.codes = new Uint32Array(n);
    this.spareCodes = new Uint32Array(n);
    this.order = new Uint32Array(n);
    this.spareOrder = new Uint32Array(n);
    this.sorted = new Float64Array(2 * n);
    this.cells = new Float64Array(4 * cells);
    this.links = new Int32Array(3 * cells);
  }

  /** Sorts points by their cell. Returns the width of the square around all. */
  private sortPoints(points: Float64Array): number {
    const { n, codes } = this;
    let [lowX, lowY, highX, highY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < n; i += 1) {
      const x = points[2 * i] as number;
      const y = points[2 * i + 1] as number;
      if (x < lowX) lowX = x;
      if (x > highX) highX = x;
      if (y < lowY) lowY = y;
      if (y > highY) highY = y;
    }
    const width = Math.max(highX - lowX, highY - lowY) * (1 + 1e-9) || 1;
    const scale = SIDE / width;
    for (let i = 0; i < n; i += 1) {
      const column = Math.min(SIDE - 1, Math.floor(((points[2 * i] as number) - lowX) * scale));
      const line = Math.min(SIDE - 1, Math.floor(((points[2 * i + 1] as number) - lowY) * scale));
      codes[i] = (spread(column) | (spread(line) << 1)) >>> 0;
      this.order[i] = i;
    }
    this.sortCodes();
    for (let s = 0; s < n; s += 1) {
      const i = this.order[s] as number;
      this.sorted[2 * s] = points[2 * i] as number;
      this.sorted[2 * s + 1] = points[2 * i + 1] as number;
    }
    return width;
  }

  /** Radix sort in three passes; stable, so that equal points keep the order of their rows. */
  private sortCodes(): void {
    let [codes, spare] = [this.codes, this.spareCodes];
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      const { counts, order, spareOrder } = this;
      counts.fill(0);
      for (let i = 0; i < this.n; i += 1) {
        const digit = ((codes[i] as number) >>> shift) & (DIGITS - 1);
        counts[digit] = (counts[digit] as number) + 1;
      }
      let before = 0;
      for (let digit = 0; digit < DIGITS; digit += 1) {
        const count = counts[digit] as number;
        counts[digit] = before;
        before += count;
      }
      for (let i = 0; i < this.n; i += 1) {
        const code = codes[i] as number;
        const digit = (code >>> shift) & (DIGITS - 1);
        const to = counts[digit] as number;
        counts[digit] = to + 1;
        spare[to] = code;
        spareOrder[to] = order[i] as number;
      }
      [codes, spare] = [spare, codes];
      [this.order, this.spareOrder] = [spareOrder, order];
    }
    // Three passes end in the spare array.
    this.codes.set(codes);
  }

  /** First of the sorted points from..to whose quadrant at this shift is above `quadrant`. */
  private endOf(quadrant: number, range: { from: number; to: number }, shift: number): number {
    let { from, to } = range;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((((this.codes[middle] as number) >>> shift) & 3) > quadrant) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** Adds the cell of points from..to and, below it, theirs. */
  private addCell(from: number, to: number, level: number, width: number): void {
    const { cells, links, sorted } = this;
    const cell = this.used;
    this.used += 1;
    let [x, y] = [0, 0];
    for (let s = from; s < to; s += 1) {
      x += sorted[2 * s] as number;
      y += sorted[2 * s + 1] as number;
    }
    const count = to - from;
    cells[4 * cell] = x / count;
    cells[4 * cell + 1] = y / count;
    cells[4 * cell + 2] = count;
    cells[4 * cell + 3] = width * width;
    const leaf = count <= LEAF || level === LEVELS;
    links[3 * cell + 1] = leaf ? from : -1;
    links[3 * cell + 2] = to;
    if (!leaf) this.divide({ from, to }, level, width);
    links[3 * cell] = this.used;
  }

  /** Goes down to where the points part, then adds a cell for each quadrant that holds some. */
  private divide({ from, to }: { from: number; to: number }, level: number, width: number): void {
    const differing = ((this.codes[from] as number) ^ (this.codes[to - 1] as number)) >>> 0;
    // Equal codes go to the last level at once.
    const parting = differing === 0 ? LEVELS - 1 : Math.max(level, Math.floor(Math.clz32(differing) / 2));
    const shift = 2 * (LEVELS - 1 - parting);
    let start = from;
    for (let quadrant = 0; quadrant < 4 && start < to; quadrant += 1) {
      const end = quadrant === 3 ? to : this.endOf(quadrant, { from: start, to }, shift);
      if (end > start) this.addCell(start, end, parting + 1, width / 2 ** (parting + 1 - level));
      start = end;
    }
  }

  /**
   * Repulsion of all points, cells that are far enough taken as one point.
   *
   * Shape   points: n × 2; writes into `out`
   * Cost    O(n · log n)
   */
  repel(points: Float64Array, angle: number, out: Repulsion): void {
    const width = this.sortPoints(points);
    this.used = 0;
    this.addCell(0, this.n, 0, width);
    const { cells, links, sorted, used, order } = this;
    const nearEnough = angle * angle;
    let weight = 0;
    for (let s = 0; s < this.n; s += 1) {
      const x = sorted[2 * s] as number;
      const y = sorted[2 * s + 1] as number;
      let [forceX, forceY, own] = [0, 0, 0];
      for (let cell = 0; cell < used;) {
        const dx = x - (cells[4 * cell] as number);
        const dy = y - (cells[4 * cell + 1] as number);
        const squared = dx * dx + dy * dy;
        const count = cells[4 * cell + 2] as number;
        const first = links[3 * cell + 1] as number;
        const heap = first >= 0 && count > HEAP;
        if (heap || (cells[4 * cell + 3] as number) < nearEnough * squared) {
          const q = 1 / (1 + squared);
          own += count * q;
          const force = count * q * q;
          forceX += force * dx;
          forceY += force * dy;
          cell = links[3 * cell] as number;
        } else if (first >= 0) {
          const end = links[3 * cell + 2] as number;
          for (let t = first; t < end; t += 1) {
            const ex = x - (sorted[2 * t] as number);
            const ey = y - (sorted[2 * t + 1] as number);
            const q = 1 / (1 + ex * ex + ey * ey);
            own += q;
            forceX += q * q * ex;
            forceY += q * q * ey;
          }
          cell = links[3 * cell] as number;
        } else cell += 1;
      }
      const i = order[s] as number;
      out.forces[2 * i] = forceX;
      out.forces[2 * i + 1] = forceY;
      // A point met itself once, in its leaf.
      weight += own - 1;
    }
    out.weight = weight;
  }
}
