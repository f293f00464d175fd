import { count, percent } from './account';
import { textTable } from './text-table';

/** A preview as the API answers it. */
export interface RemotePreview {
  readonly evaluatedAt: string;
  readonly exact: boolean;
  readonly people: number;
  readonly members: number;
  readonly strongest: string | null;
  readonly sql: string;
  readonly loadMs: number;
  readonly queryMs: number;
  readonly conditions: readonly {
    readonly id: string;
    readonly label: string | null;
    readonly kind: string;
    readonly parent: string | null;
    readonly people: number;
    readonly removes: number | null;
  }[];
  readonly sample: readonly { readonly id: string; readonly canonicalId: string }[];
  readonly overlap: readonly {
    readonly key: string;
    readonly size: number;
    readonly shared: number;
    readonly jaccard: number;
  }[];
}

/** A preview for people: the count, the conditions with the strongest marked, a sample, the overlaps. */
export function previewText(found: RemotePreview): string {
  const { members, people, conditions, strongest, overlap, sample } = found;
  const share = people === 0 ? '' : ` (${percent(members / people)})`;
  const rows = conditions.map(({ id, label, kind, people: met, removes }) => [
    label ?? id,
    kind,
    met,
    removes ?? '',
    id === strongest ? '← keeps most out' : '',
  ]);
  const parts = [
    `${count(members)} of ${count(people)} people${share} at ${found.evaluatedAt}${found.exact ? '' : ', not counting what is still being loaded'}; counted in ${found.queryMs} ms`,
    textTable(['condition', 'kind', 'people', 'removes', ''], rows),
  ];
  if (overlap.length > 0) {
    const shared = overlap.map(({ key, size, shared: both, jaccard }) => [key, size, both, percent(jaccard)]);
    parts.push(textTable(['segment', 'size', 'shared', 'of either'], shared));
  }
  if (sample.length > 0) parts.push(`  such as ${sample.map(({ canonicalId }) => canonicalId).join(', ')}`);
  return parts.join('\n');
}
