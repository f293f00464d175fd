import { memoryFile } from '../../test/memory-file';
import { mappingFromData } from '../mapping/parse-mapping';
import { importRecords } from './import-records';

const mapping = mappingFromData({
  name: 'newsletter',
  version: 1,
  format: 'table',
  match: { columns: ['who', 'mail', 'ads'] },
  fields: {
    who: { column: 'who', type: 'text', required: true },
    mail: { column: 'mail', type: 'boolean' },
    ads: { column: 'ads', type: 'boolean' },
  },
  group: { by: ['who'] },
  message: {
    type: 'identify',
    userId: { field: 'who' },
    consent: { email: { field: 'mail' }, advertising: { field: 'ads' } },
  },
});

describe('consent columns of an import', () => {
  it('say what a message would say; an empty cell says nothing, one refusal outweighs the grants of its group', async () => {
    const file = memoryFile('who,mail,ads\nu1,yes,\nu2,no,yes\nu3,yes,yes\nu3,yes,no\nu4,,\n');
    const plan = { sourceId: 's', receivedAt: Date.UTC(2026, 0, 1), mapping, mappings: [] };
    const found: unknown[] = [];
    for await (const { units } of (await importRecords(file, plan)).batches()) {
      for (const { message } of units) found.push([message?.userId, message?.context]);
    }
    expect(found).toEqual([
      ['u1', { consent: { categoryPreferences: { email: true } } }],
      ['u2', { consent: { categoryPreferences: { email: false, advertising: true } } }],
      ['u3', { consent: { categoryPreferences: { email: true, advertising: false } } }],
      ['u4', {}],
    ]);
  });
});
