import type { ProfileId, RebuildPart } from '@kohort/kernel-contracts';

/** Rows and events that one transaction of a switch writes. */
export const ROWS_AT_ONCE = 400;

/** A piece that writes nothing by itself. */
export const EMPTY_PIECE: RebuildPart = {
  people: [],
  identifiers: [],
  earlier: [],
  moves: [],
  dropped: [],
  revived: [],
  pointers: [],
  merged: [],
  links: [],
  gone: [],
  movers: [],
  unowned: [],
  size: { events: 0, rows: 0 },
};

const total = ({ size }: RebuildPart): number => size.events + size.rows;

function together(parts: readonly RebuildPart[]): RebuildPart {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return {
    people: parts.flatMap(({ people }) => people),
    identifiers: parts.flatMap(({ identifiers }) => identifiers),
    earlier: parts.flatMap(({ earlier }) => earlier),
    moves: parts.flatMap(({ moves }) => moves),
    dropped: parts.flatMap(({ dropped }) => dropped),
    revived: parts.flatMap(({ revived }) => revived),
    pointers: parts.flatMap(({ pointers }) => pointers),
    merged: parts.flatMap(({ merged }) => merged),
    links: parts.flatMap(({ links }) => links),
    gone: parts.flatMap(({ gone }) => gone),
    movers: parts.flatMap(({ movers }) => movers),
    unowned: parts.flatMap(({ unowned }) => unowned),
    size: {
      events: parts.reduce((sum, { size }) => sum + size.events, 0),
      rows: parts.reduce((sum, { size }) => sum + size.rows, 0),
    },
  };
}

/** Small parts put together, as many as one transaction takes; one that is larger by itself stands alone. */
export function packParts(parts: readonly RebuildPart[], most = ROWS_AT_ONCE): readonly RebuildPart[] {
  const packed: RebuildPart[] = [];
  let open: RebuildPart[] = [];
  let held = 0;
  for (const part of parts) {
    if (open.length > 0 && held + total(part) > most) {
      packed.push(together(open));
      [open, held] = [[], 0];
    }
    open.push(part);
    held += total(part);
  }
  if (open.length > 0) packed.push(together(open));
  return packed;
}

/** Whether a part takes more than one transaction. */
export const isLarge = (part: RebuildPart, most = ROWS_AT_ONCE): boolean => total(part) > most;

/** A list in pieces of at most so many. */
export function chunked<T>(list: readonly T[], most = ROWS_AT_ONCE): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, i) => list.slice(i * most, (i + 1) * most));
}

function rowsOf<K extends keyof Omit<RebuildPart, 'size'>>(part: RebuildPart, key: K, most: number): RebuildPart[] {
  return chunked<RebuildPart[K][number]>(part[key], most).map((rows) => ({ ...EMPTY_PIECE, [key]: rows }));
}

function closing({ moves, pointers, merged }: RebuildPart, absorbed: ReadonlySet<ProfileId>, most: number) {
  const pieces = new Map<ProfileId, RebuildPart>();
  const add = (of: ProfileId, more: Partial<RebuildPart>): void => {
    const known = pieces.get(of) ?? EMPTY_PIECE;
    const rows = known.size.rows + 1;
    pieces.set(of, { ...together([known, { ...EMPTY_PIECE, ...more }]), size: { events: 0, rows } });
  };
  for (const one of moves) if (absorbed.has(one.from)) add(one.from, { moves: [one] });
  for (const one of pointers) add(one.profileId, { pointers: [one] });
  for (const one of merged) add(one.absorbed, { merged: [one] });
  return packParts([...pieces.values()], most);
}

/**
 * A large part as pieces of bounded size: those before its events move, and those after. A profile that goes into another
 * one keeps its identifiers until it does, so that a later start of the run, which sees what stands, decides the same.
 */
export function piecesOf(
  part: RebuildPart,
  most = ROWS_AT_ONCE,
): { readonly before: readonly RebuildPart[]; readonly after: readonly RebuildPart[] } {
  const absorbed = new Set(part.pointers.flatMap(({ profileId, into }) => (into === null ? [] : [profileId])));
  const early = { ...part, moves: part.moves.filter(({ from }) => !absorbed.has(from)) };
  const people = rowsOf(part, 'people', most);
  return {
    before: [
      ...people,
      ...rowsOf(part, 'revived', most),
      ...rowsOf(early, 'moves', most),
      ...rowsOf(part, 'identifiers', most),
    ],
    after: [
      ...rowsOf(part, 'dropped', most),
      ...rowsOf(part, 'earlier', most),
      ...closing(part, absorbed, most),
      ...rowsOf(part, 'links', most),
      ...rowsOf(part, 'gone', most),
      // Once more: whoever has become one now is told of.
      ...people,
    ],
  };
}
