import { columnsDdl, rowTables } from './ddl';

describe('columnsDdl', () => {
  it('makes plain tables on one server', () => {
    const text = columnsDdl('kohort', { kind: 'single' }).join(';\n');
    expect(text).toContain('CREATE TABLE IF NOT EXISTS kohort.events (');
    expect(text).toContain('ENGINE = ReplacingMergeTree(seq)');
    expect(text).toContain('ORDER BY (workspace_id, name, profile_id, ts, event_id)');
    expect(text).not.toContain('ON CLUSTER');
    expect(text).not.toContain('Distributed');
  });

  it('puts a Distributed table before a local one on each shard of a cluster, sharded by profile', () => {
    const layout = { kind: 'cluster', name: 'analytics', replicated: true } as const;
    const statements = columnsDdl('kohort', layout);
    const events = statements.filter((statement) => / kohort\.events/.test(statement));
    expect(events[0]).toContain('kohort.events_local ON CLUSTER analytics');
    expect(events[0]).toContain(
      "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/events', '{replica}', seq)",
    );
    expect(events[1]).toContain('Distributed(analytics, kohort, events_local, cityHash64(profile_id))');
    const made = statements.filter((statement) => statement.startsWith('CREATE'));
    expect(made.every((statement) => statement.includes('ON CLUSTER analytics'))).toBe(true);
    expect(rowTables(layout)).toContain('watermarks_local');
    expect(columnsDdl('kohort', { ...layout, replicated: false }).join()).not.toContain('Replicated');
  });

  it('refuses names that are no words', () => {
    for (const name of ['a;b', 'Kohort', '', '1a', 'a`b']) {
      expect(() => columnsDdl(name, { kind: 'single' })).toThrow('lower-case words');
      expect(() => columnsDdl('kohort', { kind: 'cluster', name, replicated: false })).toThrow('lower-case words');
    }
  });
});
