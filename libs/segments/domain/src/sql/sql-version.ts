import { Range, type Comparator, type SemVer } from 'semver';
import { VERSION_PATTERN } from '../values/version-text';
import type { JsonValue } from './json-value';
import type { SqlParams } from './sql-params';

const WIDTH = 15;

/** A version as a list of texts that compares like the version: numbers padded, a release after its pre-releases. */
function sortKey(version: SemVer): string[] {
  const numbers = [version.major, version.minor, version.patch].map((n) => String(n).padStart(WIDTH, '0'));
  const identifiers = version.prerelease.map((id) =>
    typeof id === 'number' ? `0${String(id).padStart(WIDTH, '0')}` : `1${id}`,
  );
  return [...numbers, identifiers.length === 0 ? '1' : '0', ...identifiers];
}

const isAny = (comparator: Comparator): boolean => !('major' in comparator.semver) || comparator.value === '';

/** `semver`: the text is a version inside the range, a pre-release only where the range names one of the same numbers. */
export function sqlVersionInside(value: JsonValue, rangeText: string, params: SqlParams): string {
  const groups = `extractGroups(${value.text}, ${params.text(VERSION_PATTERN)})`;
  const padded = (i: number): string => `leftPad(${groups}[${i}], ${WIDTH}, '0')`;
  const identifiers = `arrayMap(x -> if(match(x, '^[0-9]+$'), concat('0', leftPad(x, ${WIDTH}, '0')), concat('1', x)), splitByChar('.', ${groups}[4]))`;
  const isRelease = `${groups}[4] = ''`;
  const head = `[${padded(1)}, ${padded(2)}, ${padded(3)}, if(${isRelease}, '1', '0')]`;
  const key = `arrayConcat(${head}, if(${isRelease}, emptyArrayString(), ${identifiers}))`;
  const sets = new Range(rangeText).set.map((comparators) => {
    const bounds = comparators.filter((comparator) => !isAny(comparator));
    const tests = bounds.map((comparator) => {
      const operator = comparator.operator === '' ? '=' : comparator.operator;
      return `${key} ${operator} ${params.bind('Array(String)', sortKey(comparator.semver))}`;
    });
    const named = bounds
      .filter((comparator) => comparator.semver.prerelease.length > 0)
      .map(
        (comparator) =>
          `arraySlice(${key}, 1, 3) = ${params.bind('Array(String)', sortKey(comparator.semver).slice(0, 3))}`,
      );
    return `(${[...tests, `(${[isRelease, ...named].join(' OR ')})`].join(' AND ')})`;
  });
  return `(${value.isText} AND length(${value.text}) <= 256 AND notEmpty(${groups}) AND (${sets.join(' OR ')}))`;
}
