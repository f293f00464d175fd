import { count, percent } from './account';
import { textTable } from './text-table';

/** A computed trait as the API tells of it. */
export interface StandingTrait {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly version: number;
  readonly builtIn: boolean;
  readonly statistics: readonly {
    readonly asOf: string;
    readonly people: number;
    readonly missing: number;
    readonly drift: number | null;
  }[];
}

/** The computed traits of a workspace, for people. */
export function traitsText(traits: readonly StandingTrait[]): string {
  const rows = traits.map(({ key, label, unit, builtIn, statistics: [latest] }) => [
    key,
    label,
    unit,
    builtIn ? 'built in' : 'own',
    latest ? count(latest.people) : '',
    latest ? percent(latest.people === 0 ? 0 : (latest.people - latest.missing) / latest.people) : '',
    latest?.drift === null || latest === undefined ? '' : latest.drift.toFixed(3),
  ]);
  const table = textTable(['key', 'what', 'unit', 'whose', 'people', 'known', 'drift'], rows);
  return `${table}\n  version ${traits[0]?.version ?? 1} of the set`;
}

interface Place {
  readonly kind: string;
  readonly key: string;
}

/** One thing that another is made of. */
export interface LineageEdge {
  readonly from: Place;
  readonly to: Place;
}

const placeText = ({ kind, key }: Place): string => `${kind.toLowerCase()} ${key}`;

/** A lineage, for people: a line an edge. */
export function lineageText(edges: readonly LineageEdge[]): string {
  if (edges.length === 0) return '  nothing is known of it';
  return edges.map(({ from, to }) => `  ${placeText(from)} → ${placeText(to)}`).join('\n');
}
