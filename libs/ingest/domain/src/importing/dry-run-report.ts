import { KNOWN_PEOPLE_ONLY } from '@kohort/kernel-contracts';
import type { RefusedRow } from '../mapping/import-unit';
import { DistinctCounter } from './distinct-counter';
import type { ImportBatch } from './import-records';

const EXAMPLES = 3;

/** What a reason cost, with its first places. No cell content. */
export interface ReasonCount {
  readonly code: string;
  readonly verdict: RefusedRow['verdict'];
  readonly rows: number;
  readonly examples: readonly { readonly line: number; readonly column: string; readonly message: string }[];
}

/**
 * What an import would do. Rows are the file's; `mappedRows + rejectedRows = rows`. Rows that a cleaning rule drops count
 * as rejected under the rule's own reason.
 */
export interface DryRunReport {
  readonly rows: number;
  readonly mappedRows: number;
  readonly rejectedRows: number;
  readonly messages: number;
  readonly reasons: readonly ReasonCount[];
  readonly messageNames: readonly { readonly name: string; readonly messages: number }[];
  /** Event times, epoch milliseconds; null without a message. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** Different people named; exact to 100,000, within about one percent beyond. */
  readonly distinctIds: number;
  /** What was decided by rule where the file left room, and how often: `local_time_ambiguous`, `list_truncated`, … */
  readonly warnings: readonly { readonly code: string; readonly messages: number }[];
}

interface Reason {
  readonly verdict: RefusedRow['verdict'];
  rows: number;
  readonly examples: { line: number; column: string; message: string }[];
}

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** Reads all batches and writes nothing. Order of the lists: most rows first, then by code. */
export async function dryRunReport(batches: AsyncIterable<ImportBatch>): Promise<DryRunReport> {
  const reasons = new Map<string, Reason>();
  const names = new Map<string, number>();
  const flags = new Map<string, number>();
  const people = new DistinctCounter();
  let [rows, rejected, messages] = [0, 0, 0];
  let [firstAt, lastAt] = [Infinity, -Infinity];
  for await (const { units } of batches) {
    for (const unit of units) {
      rows += unit.rows;
      for (const { code, verdict, line, column, message } of unit.refused) {
        rejected += 1;
        const reason = reasons.get(code) ?? { verdict, rows: 0, examples: [] };
        reason.rows += 1;
        if (reason.examples.length < EXAMPLES) reason.examples.push({ line, column, message });
        reasons.set(code, reason);
      }
      if (!unit.message) continue;
      messages += 1;
      increment(names, unit.message.name ?? unit.message.type);
      for (const flag of unit.message.flags) if (flag !== KNOWN_PEOPLE_ONLY) increment(flags, flag);
      firstAt = Math.min(firstAt, unit.message.ts);
      lastAt = Math.max(lastAt, unit.message.ts);
      people.add(unit.message.userId ?? unit.message.anonymousId ?? '');
    }
  }
  const ranked = (counts: Map<string, number>): [string, number][] =>
    [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    rows,
    mappedRows: rows - rejected,
    rejectedRows: rejected,
    messages,
    reasons: [...reasons]
      .map(([code, reason]) => ({ code, ...reason }))
      .sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1)),
    messageNames: ranked(names).map(([name, count]) => ({ name, messages: count })),
    firstAt: messages > 0 ? firstAt : null,
    lastAt: messages > 0 ? lastAt : null,
    distinctIds: people.estimate(),
    warnings: ranked(flags).map(([code, count]) => ({ code, messages: count })),
  };
}
