import { TableProfiler, compareProfiles, snapshotColumn } from '@kohort/quality-domain';
import type { WorkspaceTransaction } from '@kohort/platform-postgres';
import { at } from './seed-people';

function columnsOf(mark: string, shift: number) {
  const profiler = new TableProfiler({ header: ['mail', 'plan', 'total'] });
  for (let i = 0; i < 60; i += 1) {
    const cells = [`ann${i % 20}@${mark}.example.org`, i % 3 === 0 ? mark : 'free', i < 6 ? 'N/A' : String(i + shift)];
    profiler.add(cells, i + 2);
  }
  const { rows, columns } = profiler.finish();
  return { rows, columns: columns.map(snapshotColumn) };
}

/** A profile of an event of source `web`, compared with the week before, and of one trait. */
export async function seedQuality(tx: WorkspaceTransaction, workspaceId: string, mark: string): Promise<void> {
  const [before, now] = [columnsOf(mark, 0), columnsOf(mark, 500)];
  const drift = compareProfiles(before, now);
  const base = {
    workspace_id: workspaceId,
    week: '2026-01-05',
    at: at(0),
    rows: now.rows,
    schema_version: 1,
    baseline_week: '2025-12-29',
  };
  const rows = now.columns.map((column, i) => ({
    ...base,
    subject_kind: 'event',
    subject_key: 'web',
    event: 'Order Completed',
    field: column.name,
    profile: JSON.stringify(column),
    drift: JSON.stringify(drift.columns[i]),
  }));
  const trait = {
    ...base,
    subject_kind: 'trait',
    subject_key: 'plan',
    event: '',
    field: 'plan',
    profile: JSON.stringify(now.columns[1]),
    baseline_week: null,
    drift: null,
  };
  await tx
    .insertInto('quality_snapshot')
    .values([...rows, trait])
    .execute();
}
