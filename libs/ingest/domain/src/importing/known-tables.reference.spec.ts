import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFile } from '../../test/memory-file';
import { parseMapping } from '../mapping/parse-mapping';
import { dryRunReport } from './dry-run-report';
import { importRecords } from './import-records';

const data = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../../shared/data');
const folder = join(__dirname, '../../../../../apps/kohort/mappings');
const names = [
  'telco-churn',
  'complete-journey-transactions',
  'complete-journey-demographics',
  'complete-journey-redemptions',
  'online-retail',
  'orders',
];
const mappings = names.map((name) => parseMapping(readFileSync(join(folder, `${name}.yaml`), 'utf8')));

async function read(file: string) {
  const plan = { sourceId: 's', receivedAt: Date.UTC(2026, 0, 1), mapping: null, mappings };
  const reading = await importRecords(diskFile(join(data, file)), plan);
  const report = await dryRunReport(reading.batches());
  return { mapping: reading.mapping.name, createProfiles: reading.createProfiles, ...report };
}

(existsSync(join(data, 'telco-churn')) ? describe : describe.skip)('tables that people bring', () => {
  it('reads customers of a phone company as traits; a total that is blank is no total', async () => {
    const found = await read('telco-churn/customers.csv.gz');
    expect(found).toMatchObject({
      mapping: 'telco-churn',
      createProfiles: false,
      rows: 7_043,
      messages: 7_043,
      rejectedRows: 0,
      distinctIds: 7_043,
    });
  });

  it('reads grocery baskets, the households and the coupons, each by its own columns', async () => {
    expect(await read('complete-journey/transactions.csv.gz')).toMatchObject({
      mapping: 'complete-journey-transactions',
      createProfiles: true,
      rows: 75_000,
      messages: 47_243,
      rejectedRows: 0,
    });
    expect(await read('complete-journey/demographics.csv.gz')).toMatchObject({
      mapping: 'complete-journey-demographics',
      createProfiles: false,
      messages: 801,
      distinctIds: 801,
    });
    expect(await read('complete-journey/coupon_redemptions.csv.gz')).toMatchObject({
      mapping: 'complete-journey-redemptions',
      messages: 2_102,
    });
  }, 60_000);
});
