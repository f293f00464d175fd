/** How much one request may hold. */
export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes?: number | undefined;
}

/**
 * Cuts items into consecutive batches that keep within the limits; the order stays. An item larger than `maxBytes` gets
 * a batch of its own: whether it may be sent at all is decided before.
 *
 * Units   bytes: what `sizeOf` says of an item, separators included
 */
export function cutBatches<T>(items: readonly T[], limits: BatchLimits, sizeOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const full =
      current.length >= limits.maxRecords || (limits.maxBytes !== undefined && bytes + size > limits.maxBytes);
    if (full && current.length > 0) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += size;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

/** Bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Splits by a label, in order of first appearance. */
export function groupBy<T>(items: readonly T[], labelOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const label = labelOf(item);
    const group = groups.get(label);
    if (group) group.push(item);
    else groups.set(label, [item]);
  }
  return [...groups.values()];
}
