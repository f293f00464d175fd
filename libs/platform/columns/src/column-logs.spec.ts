import { COLUMN_LOGS, copyScores, copyStretch } from './column-logs';

const workspaceId = '10000000-0000-4000-8000-000000000001';

describe('what is copied out of PostgreSQL', () => {
  it('names a stretch that is open at its beginning and closed at its end', () => {
    const stretch = { workspaceId, from: { xid: '5', seq: '9' }, to: { xid: '7', seq: '1' } };
    for (const log of COLUMN_LOGS) {
      const statement = copyStretch(log, stretch);
      expect(statement).toContain(`r.workspace_id = '${workspaceId}'`);
      expect(statement).toMatch(/\(r\.xid, r\.seq\) > \('5'::xid8, 9\)\s+and \(r\.xid, r\.seq\) <= \('7'::xid8, 1\)/);
    }
  });

  it('lets no text become part of the statement', () => {
    const hostile = "x'; drop table event; --";
    const statement = copyScores({ workspaceId: hostile, modelId: hostile, modelKey: hostile, version: 3 });
    expect(statement.split("'x''; drop table event; --'").length).toBe(4);
    const place = { xid: hostile, seq: '1' };
    for (const log of COLUMN_LOGS) {
      expect(() => copyStretch(log, { workspaceId, from: place, to: place })).toThrow('not a number');
    }
  });
});
