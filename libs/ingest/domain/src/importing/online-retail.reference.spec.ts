import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { diskFile } from '../../test/memory-file';
import { Exact } from '../mapping/exact';
import { parseMapping } from '../mapping/parse-mapping';
import { dryRunReport } from './dry-run-report';
import { importRecords, type ImportBatch } from './import-records';

const root = join(__dirname, '../../../../..');
const data = process.env['KOHORT_DATA_DIR'] ?? join(root, '../shared/data');
const has = existsSync(join(data, 'online-retail'));
const mapping = parseMapping(readFileSync(join(root, 'apps/kohort/mappings/online-retail.yaml'), 'utf8'));

(has ? describe : describe.skip)('online retail, the whole file', () => {
  const file = diskFile(join(data, 'online-retail/transactions.csv.gz'));
  const reference = z
    .object({
      raw: z.object({ rows: z.number() }),
      cleaned: z.object({ rows: z.number(), customers: z.number(), invoices: z.number(), revenue: z.number() }),
    })
    .parse(JSON.parse(readFileSync(join(data, 'online-retail/reference.json'), 'utf8')));
  const open = () =>
    importRecords(file, { sourceId: 's', receivedAt: Date.UTC(2026, 0, 1), mapping: null, mappings: [mapping] });

  it('becomes the orders that the reference counts, to the penny, with every dropped row under its reason', async () => {
    const orders = new Map<string, number>();
    let [stored, revenue, rounded] = [0, new Exact(0), 0];
    async function* tallied(batches: AsyncIterable<ImportBatch>): AsyncGenerator<ImportBatch> {
      for await (const batch of batches) {
        for (const { message } of batch.units) {
          if (!message) continue;
          stored += message.rowWeight;
          const { order_id: order, revenue: total, items } = message.properties;
          orders.set(String(order), (orders.get(String(order)) ?? 0) + Number(items));
          revenue = revenue.plus(Number(total));
          rounded += message.flags.includes('decimal_rounded') ? 1 : 0;
        }
        yield batch;
      }
    }
    const report = await dryRunReport(tallied((await open()).batches()));
    expect(stored).toBe(reference.cleaned.rows);
    expect([...orders.values()].reduce((sum, items) => sum + items)).toBe(reference.cleaned.rows);
    expect(orders.size).toBe(reference.cleaned.invoices);
    expect(revenue.toNumber()).toBe(reference.cleaned.revenue);
    expect(rounded).toBe(0);
    expect(report).toMatchObject({
      rows: reference.raw.rows,
      mappedRows: reference.cleaned.rows,
      rejectedRows: reference.raw.rows - reference.cleaned.rows,
      messages: reference.cleaned.invoices,
      distinctIds: reference.cleaned.customers,
    });
    expect(report.reasons.map(({ code, rows }) => [code, rows])).toEqual([
      ['customer_missing', 135_080],
      ['invoice_cancelled', 8_905],
      ['price_not_positive', 40],
    ]);
    expect(new Date(report.firstAt ?? 0).toISOString()).toBe('2010-12-01T08:26:00.000Z');
    expect(new Date(report.lastAt ?? 0).toISOString()).toBe('2011-12-09T12:50:00.000Z');
    expect(report.warnings).toEqual([{ code: 'list_truncated', messages: 18 }]);
  });
});
