import type { Progress } from '@kohort/kernel-contracts';
import { openCsvSink, type CsvSink } from '../files/csv-sink';
import { printReport } from '../terminal/outcome';
import { progressView } from '../terminal/progress-bar';
import { KOHORT_VERSION } from '../version';
import { openTexts, type TextRows, type TextSource } from './read-texts';

/** What all commands over texts are told. */
export interface TextFlags {
  readonly csv: string;
  readonly text: string;
  readonly id?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** What a command found, for its report. */
export interface TextResult {
  readonly rows: number;
  readonly seed: number | null;
  readonly params: object;
  readonly metrics: object;
  readonly warnings: readonly string[];
}

/** Opens the file, shows progress, and prints the report at the end. */
export async function runOverTexts(
  name: string,
  { flags, beside }: { readonly flags: TextFlags; readonly beside?: string },
  work: (input: TextRows, onProgress: (progress: Progress) => void) => Promise<TextResult>,
): Promise<void> {
  const started = performance.now();
  const view = progressView(`text ${name}`);
  const onProgress = (progress: Progress): void => view.update(progress);
  const source: TextSource = { csv: flags.csv, text: flags.text, id: flags.id, beside };
  const { result, columns } = await openTexts(source, onProgress)
    .then(async (input) => ({ result: await work(input, onProgress), columns: input.header.length }))
    .finally(() => view.end());
  printReport(
    {
      command: `text ${name}`,
      version: KOHORT_VERSION,
      seed: result.seed,
      input: { rows: result.rows, columns },
      params: result.params,
      metrics: result.metrics,
      durationMs: Math.round(performance.now() - started),
      warnings: result.warnings,
    },
    flags.json ?? false,
  );
}

/**
 * Begins the rows of a command: in the named file; on standard output without one, unless a report in JSON goes there:
 * then undefined.
 *
 * Throws  FILE_CANNOT_WRITE
 */
export function openRows({ out, json }: TextFlags, header: readonly string[]): CsvSink | undefined {
  return out !== undefined || !json ? openCsvSink(out, header) : undefined;
}

/** Writes all rows of a command. Throws FILE_CANNOT_WRITE. */
export function writeRows(
  flags: TextFlags,
  header: readonly string[],
  lines: Iterable<readonly (string | number)[]>,
): void {
  const sink = openRows(flags, header);
  if (!sink) return;
  for (const line of lines) sink.push(line);
  sink.close();
}
