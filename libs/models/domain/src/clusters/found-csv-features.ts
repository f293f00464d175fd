import { clusterErrors } from './cluster-errors';
import { MOST_WORDS } from './category-words';
import { numberIn, type BlankCells, type ClusterCsvTable } from './csv-features';

/** The columns that are taken where none were named, and which were not, in sentences. */
export interface FoundCsvFeatures {
  readonly features: readonly string[];
  readonly warnings: readonly string[];
}

/** Columns told of by name; there may be thousands. */
const MOST_TOLD = 10;
const CALLED_ID = /(?:^|[^a-zA-Z])[iI][dD]$|[a-z]I[dD]$/;

const isId = (name: string, values: readonly (number | undefined)[]): boolean =>
  CALLED_ID.test(name) && values.every(Number.isSafeInteger) && new Set(values).size === values.length;

/** How columns are judged. */
export interface FindsColumns extends BlankCells {
  /** Whether columns of words can be named as categories; refusals say so. */
  readonly takesWords?: boolean;
}

function problemOf(
  { rows, lineOf }: ClusterCsvTable,
  { name, at, blank, takesWords = false }: FindsColumns & { name: string; at: number },
): string | null {
  const words = new Set(rows.map((row) => (row[at] ?? '').trim()));
  if (words.size === 1 && words.has('')) return 'it is empty';
  const isBlank = (cell: string): boolean => blank === 'missing' && cell.trim() === '';
  const values = rows.flatMap((row) => (isBlank(row[at] ?? '') ? [] : [numberIn(row[at] ?? '')]));
  const wrong = values.filter((value) => value === undefined).length;
  if (wrong === values.length) {
    const taken = takesWords && words.size <= MOST_WORDS ? ', which kmedoids and kprototypes take as a category' : '';
    return `it holds words (${words.size} different)${taken}`;
  }
  if (wrong > 0) {
    const first = rows.findIndex((row) => !isBlank(row[at] ?? '') && numberIn(row[at] ?? '') === undefined);
    return `it holds no number in ${wrong} of ${rows.length} rows, the first on line ${lineOf(first)}`;
  }
  if (rows.length < 2 || !isId(name, values)) return null;
  return 'it is another whole number in every row and is called like an id';
}

/**
 * The columns of a table that can be taken as features: all that hold numbers alone, but for those left out and for ids.
 *
 * Throws  CLUSTERS_BAD_PARAMETER when there is none
 */
export function foundCsvFeatures(
  table: ClusterCsvTable,
  leftOut: readonly (string | undefined)[],
  how: FindsColumns = {},
): FoundCsvFeatures {
  const judged = table.header.flatMap((name, at) =>
    leftOut.includes(name) ? [] : [{ name, problem: problemOf(table, { ...how, name, at }) }],
  );
  const features = judged.flatMap(({ name, problem }) => (problem === null ? [name] : []));
  const warnings = judged.flatMap(({ name, problem }) =>
    problem === null ? [] : [`Column "${name}" is no feature unless it is named: ${problem}.`],
  );
  if (features.length === 0) {
    const told = judged.slice(0, MOST_TOLD).map(({ name, problem }) => `"${name}": ${problem ?? ''}`);
    const why =
      told.length === 0
        ? 'every column is taken otherwise'
        : `no column holds numbers in every row (${told.join('; ')})`;
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'features', must: `named: ${why}` });
  }
  const more = warnings.length - MOST_TOLD;
  return {
    features,
    warnings: more > 0 ? [...warnings.slice(0, MOST_TOLD), `${more} more columns are no features either.`] : warnings,
  };
}
