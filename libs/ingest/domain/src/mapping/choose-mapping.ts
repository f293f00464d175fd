import { ingestErrors } from '../ingest-errors';
import type { Mapping, TableMapping } from './mapping-schema';

const SHOWN = 3;

/** Columns of the file that a mapping reads and the file lacks. */
export function missingColumns(mapping: TableMapping, header: readonly string[]): readonly string[] {
  const present = new Set(header);
  return neededColumns(mapping).filter((column) => !present.has(column));
}

function neededColumns({ match, fields, removal }: TableMapping): readonly string[] {
  const marker = removal?.deletedColumn === undefined ? [] : [removal.deletedColumn];
  return [...new Set([...match.columns, ...Object.values(fields).map((field) => field.column), ...marker])];
}

function notFound(header: readonly string[], tables: readonly TableMapping[]): Error {
  const nearest = tables
    .map((mapping) => {
      const missing = missingColumns(mapping, header);
      return { mapping, missing, share: missing.length / neededColumns(mapping).length };
    })
    // A mapping of few columns of which none is there is no nearer than one of many of which some are.
    .filter(({ share }) => share < 1)
    .sort((a, b) => a.share - b.share || (a.mapping.name < b.mapping.name ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ mapping, missing }) => `${mapping.name} lacks ${missing.join(', ')}`);
  return ingestErrors.INGEST_MAPPING_NOT_FOUND({ nearest, columns: [...header] });
}

/**
 * The mapping whose columns are all in the header. The one that asks for most columns wins.
 *
 * Ties    of one name the highest version; of two names none: INGEST_MAPPING_AMBIGUOUS
 * Throws  INGEST_MAPPING_NOT_FOUND with the nearest candidates and what each lacks
 */
export function chooseMapping(header: readonly string[], mappings: readonly Mapping[]): TableMapping {
  const tables = mappings.filter((mapping) => mapping.format === 'table');
  const fitting = tables
    .filter((mapping) => missingColumns(mapping, header).length === 0)
    .sort((a, b) => b.match.columns.length - a.match.columns.length || b.version - a.version);
  const [best] = fitting;
  if (!best) throw notFound(header, tables);
  const rivals = fitting.filter(
    (other) => other.name !== best.name && other.match.columns.length === best.match.columns.length,
  );
  if (rivals.length > 0) {
    throw ingestErrors.INGEST_MAPPING_AMBIGUOUS({ names: [best.name, ...rivals.map((other) => other.name)] });
  }
  return best;
}

/**
 * The mapping of a name, its highest version.
 *
 * Throws  INGEST_MAPPING_UNKNOWN
 */
export function namedMapping(name: string, mappings: readonly Mapping[]): Mapping {
  const found = mappings.filter((mapping) => mapping.name === name).sort((a, b) => b.version - a.version)[0];
  if (!found) throw ingestErrors.INGEST_MAPPING_UNKNOWN({ name, known: mappings.map((mapping) => mapping.name) });
  return found;
}
