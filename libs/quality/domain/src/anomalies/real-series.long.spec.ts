import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { silenceOf } from './judge-volume';
import { stepHour } from './step-alert';
import { HISTORY_HOURS, fitBaseline } from './volume-baseline';

const data = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../../shared/data');
const HOUR = 3_600_000;

/** Hourly counts of distinct things in a column, by the times of another. */
function hourly(file: string, columns: { readonly id: string; readonly time: string }) {
  const rows = parse(gunzipSync(readFileSync(join(data, file))), { columns: true }) as Record<string, string>[];
  const hours = new Map<string, number>();
  for (const row of rows) {
    const ms = Date.parse(`${(row[columns.time] ?? '').replace(' ', 'T').slice(0, 19)}Z`);
    if (!Number.isNaN(ms)) hours.set(row[columns.id] ?? '', Math.floor(ms / HOUR));
  }
  const all = [...hours.values()];
  const first = Math.floor(all.reduce((least, hour) => Math.min(least, hour), Infinity) / 24) * 24;
  const last = all.reduce((most, hour) => Math.max(most, hour), -Infinity);
  const counts = Array.from({ length: last - first + 1 }, () => 0);
  for (const hour of all) counts[hour - first] = (counts[hour - first] ?? 0) + 1;
  return { startMs: first * HOUR, counts };
}

/** Walks through the series day by day from the ninth week on. */
function walk(series: { readonly startMs: number; readonly counts: readonly number[] }) {
  const found = { drop: 0, spike: 0, silence: 0, weeks: 0, outages: 0, outagesFound: 0 };
  const lastHour = { drop: -99, spike: -99 };
  for (let day = HISTORY_HOURS; day + 24 <= series.counts.length; day += 24) {
    const startMs = series.startMs + (day - HISTORY_HOURS) * HOUR;
    const baseline = fitBaseline({ startMs, counts: series.counts.slice(day - HISTORY_HOURS, day) });
    if (!baseline) continue;
    found.weeks += 1 / 7;
    let silent = false;
    for (let hour = day; hour < day + 24; hour += 1) {
      const at = series.startMs + hour * HOUR;
      for (const { kind, step } of stepHour(baseline, at, [series.counts[hour - 1] ?? 0, series.counts[hour] ?? 0])) {
        if (step !== 'raise') continue;
        if (hour - lastHour[kind] > 12) found[kind] += 1;
        lastHour[kind] = hour;
      }
      const last = series.counts.slice(0, hour).findLastIndex((count) => count > 0);
      silent ||= silenceOf(baseline, { lastAtMs: series.startMs + (last + 1) * HOUR, nowMs: at }).score > 1;
    }
    if (silent) found.silence += 1;
    // Planted: nothing comes from ten to sixteen o'clock, on a day on which something did.
    const lost = series.counts.slice(day + 10, day + 16).reduce((sum, count) => sum + count, 0);
    if (lost < 30) continue;
    found.outages += 1;
    const from = series.startMs + (day + 10) * HOUR;
    const dropped = [11, 12, 13, 14, 15].some((h) =>
      stepHour(baseline, series.startMs + (day + h) * HOUR, [0, 0]).some(
        ({ kind, step }) => kind === 'drop' && step === 'raise',
      ),
    );
    if (dropped || silenceOf(baseline, { lastAtMs: from, nowMs: from + 6 * HOUR }).score > 1) found.outagesFound += 1;
  }
  return found;
}

describe.each([
  ['online-retail/transactions.csv.gz', { id: 'InvoiceNo', time: 'InvoiceDate', least: 0.8 }],
  ['complete-journey/transactions.csv.gz', { id: 'basket_id', time: 'transaction_timestamp', least: 0.95 }],
] as const)('hourly volumes of %s', (file, columns) => {
  const has = existsSync(join(data, file));
  (has ? it : it.skip)('planted outages are found, and few days are called strange', () => {
    const found = walk(hourly(file, columns));
    expect(found.outages).toBeGreaterThan(100);
    expect(found.outagesFound / found.outages).toBeGreaterThan(columns.least);
    expect((found.drop + found.spike) / found.weeks).toBeLessThan(1);
  });
});
