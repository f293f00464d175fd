import { z } from 'zod';
import { count } from './account';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const nodeSchema = z.object({
  id: z.string(),
  result: z.boolean(),
  values: z.array(z.record(z.string(), z.json())),
  count: z.number().nullable(),
  window: z.object({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
});
const clusterSchema = z.object({ cluster: z.string(), confidence: z.number() });
const proofSchema = z.object({
  nodes: z.array(nodeSchema),
  flip: z.object({ kind: z.string(), text: z.string() }).nullable(),
});

type Node = z.infer<typeof nodeSchema>;

/** An explanation as the API answers it. */
export interface RemoteExplanation {
  readonly membership: {
    readonly member: boolean;
    readonly enteredAt: string | null;
    readonly exitedAt: string | null;
    readonly cause: string | null;
    readonly segmentVersion: number | null;
  };
  readonly memberNow: boolean | null;
  readonly evaluatedAt: string | null;
  readonly proof: unknown;
  readonly conditions: readonly { readonly id: string; readonly text: string }[];
  readonly nextChangeAt: string | null;
}

const TESTS: Readonly<Record<string, string>> = {
  gte: 'at least',
  gt: 'more than',
  lte: 'at most',
  lt: 'less than',
  eq: 'exactly',
  neq: 'other than',
  between: 'between',
};

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
const isScalar = (value: unknown): boolean => scalar.safeParse(value).success;

/** A value in words: numbers to four places, a cluster by its key. */
function shown(value: z.core.util.JSONType): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  const cluster = clusterSchema.safeParse(value);
  if (!cluster.success) return JSON.stringify(value);
  return `"${cluster.data.cluster}" with confidence ${shown(cluster.data.confidence)}`;
}

/** What a node found: how many events, of which span, or the values that were compared. */
function foundBy({ values, count: events, window }: Node): string {
  const [first = {}] = values;
  const test = TESTS[String(first['op'])];
  const told: string[] = [];
  if (events !== null) {
    const n = Array.isArray(first['n']) ? first['n'].join(' and ') : first['n'];
    told.push(`${count(events)} ${events === 1 ? 'event' : 'events'}`);
    if (test !== undefined && n !== undefined) told.push(`${test} ${String(n)} needed`);
  } else if (typeof first['segment'] === 'string') told.push(first['member'] === true ? 'is in it' : 'is not in it');
  else if ('actual' in first) told.push(first['actual'] === null ? 'has none' : `is ${shown(first['actual'] ?? null)}`);
  else
    for (const [name, value] of Object.entries(first))
      if (name !== 'op' && isScalar(value)) told.push(`${name} ${String(value)}`);
  if (window !== null)
    told.push(
      [window.from === null ? '' : `from ${minute(window.from)}`, window.to === null ? '' : `to ${minute(window.to)}`]
        .filter((part) => part !== '')
        .join(' '),
    );
  return told.join(', ');
}

/** How deep a node stands, by its path. */
const depthOf = (id: string): number => id.match(/\.(?:all|any|none|of|relation|group)\.(?:\d+|where)|>/g)?.length ?? 0;

const OVER: readonly [RegExp, string][] = [
  [/^\.all\.\d+$/, 'all of these'],
  [/^\.any\.\d+$/, 'one of these'],
  [/^\.none\.\d+$/, 'none of these'],
];

/** A node that holds those after it says what it makes of them, and no more. */
function wordsOf(id: string, text: string, nextId: string | undefined): string {
  const below = nextId?.startsWith(id) ? nextId.slice(id.length) : '';
  return OVER.find(([pattern]) => pattern.test(below))?.[1] ?? text.replaceAll(/\s+/g, ' ');
}

function headline(person: string, segment: string, { membership, memberNow }: RemoteExplanation): string {
  const { member, enteredAt, exitedAt, cause, segmentVersion } = membership;
  const by =
    cause === null
      ? ''
      : ` (cause: ${cause.toLowerCase()}${segmentVersion === null ? '' : `, version ${segmentVersion}`})`;
  const standing = member
    ? `is in ${segment}${enteredAt === null ? '' : ` since ${enteredAt}`}${by}`
    : exitedAt === null
      ? `is not in ${segment}, and never was`
      : `is not in ${segment} any more since ${exitedAt}${by}`;
  const pending =
    memberNow === null || memberNow === member
      ? ''
      : `; by what is known now they ${memberNow ? 'belong in it' : 'do not belong in it'}: a change is under way`;
  return `${person} ${standing}${pending}`;
}

/** The conditions that decide with what they found, and the nearest change; nothing where no rule decides. */
export function reasonLines({ proof, conditions }: Pick<RemoteExplanation, 'proof' | 'conditions'>): readonly string[] {
  if (proof === null) return [];
  const known = proofSchema.safeParse(proof);
  if (!known.success) return ['the proof cannot be read by this version of kohort'];
  const texts = new Map(conditions.map(({ id, text }) => [id, text]));
  const { nodes, flip } = known.data;
  const lines = nodes.map((node, i) => {
    const words = wordsOf(node.id, texts.get(node.id) ?? node.id, nodes[i + 1]?.id);
    const told = foundBy(node);
    return `${'  '.repeat(depthOf(node.id))}${node.result ? '✓' : '✗'} ${words}${told === '' ? '' : `  — ${told}`}`;
  });
  if (flip === null) return [...lines, 'no single new record and no passing of time would change that'];
  return [...lines, `${flip.kind === 'time' ? 'changes with' : 'would change with'}: ${flip.text}`];
}

/** Why somebody is in a segment, or is not: the conditions that decide with what they found, and the nearest change. */
export function membershipText(person: string, segment: string, found: RemoteExplanation): string {
  const reasons = reasonLines(found);
  const why = reasons.length === 0 ? ['no rule decides: it is a list, or it does not serve'] : reasons;
  return [headline(person, segment, found), ...why.map((line) => `  ${line}`)].join('\n');
}
