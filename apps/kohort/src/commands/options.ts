import { InvalidArgumentError, Option } from 'commander';

/** Parses an option that is a whole number. Commander turns what it throws into a usage error, exit 2. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text.trim()) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('it must be a whole number');
  return value;
}

/** Parses `a,b,c`; a name may be quoted when it holds a comma: `a,"b, c"`. */
export function nameList(text: string): string[] {
  const names = [...text.matchAll(/"((?:[^"]|"")*)"|([^,]+)/g)].map((m) =>
    (m[1]?.replace(/""/g, '"') ?? m[2] ?? '').trim(),
  );
  if (names.length === 0 || names.some((name) => name === ''))
    throw new InvalidArgumentError('it must be a list of column names');
  return names;
}

/** Parses a probability or a share that is neither none nor all. */
export function openShare(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('it must be a number between 0 and 1');
  return value;
}

/** `--scale`: what is done to columns before distances are taken. */
export function scaleOption(fallback: 'none' | 'auto'): Option {
  const about = 'columns as they are, z-scored, or by their shape (log of heavy tails, then z-score)';
  return new Option('--scale <mode>', about).choices(['none', 'zscore', 'auto']).default(fallback);
}
