/**
 * Whether a parsed value is nested deeper than so many levels: beyond some thousands `JSON.stringify` overflows the
 * stack.
 *
 * Cost    O(size) at most; a list of what is open instead of the call stack
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  const open: (readonly [value: unknown, level: number])[] = [[value, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [inner, level] = next;
    if (typeof inner !== 'object' || inner === null) continue;
    if (level >= levels) return true;
    for (const member of Object.values(inner)) open.push([member, level + 1]);
  }
  return false;
}
