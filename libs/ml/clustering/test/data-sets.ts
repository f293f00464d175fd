import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

const folder = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');

/** True when the public data sets lie beside the workspace; without them the specs that need them are left out. */
export const hasDataSets = existsSync(join(folder, 'README.md'));

/** All cells of a gzip-compressed CSV, header first. */
export function readCells(file: string): string[][] {
  return parse(gunzipSync(readFileSync(join(folder, file))));
}

/** Numeric columns by name, as rows of numbers. */
export function readColumns(file: string, names: readonly string[]): number[][] {
  const [header = [], ...rows] = readCells(file);
  const places = names.map((name) => header.indexOf(name));
  return rows.map((row) => places.map((at) => Number(row[at])));
}

/** A data set's independently computed results. */
export function readReference<T>(dataSet: string): T {
  return JSON.parse(readFileSync(join(folder, dataSet, 'reference.json'), 'utf8'));
}

interface Customer {
  lastDay: number;
  invoices: Set<string>;
  monetary: number;
}

/**
 * Recency (days to 2011-12-10), frequency and monetary value of every customer of online-retail, cleaned by the rule of
 * its reference.json; in rising order of customer.
 */
export function onlineRetailRfm(): { customers: string[]; rows: number[][] } {
  const [header = [], ...lines] = readCells('online-retail/transactions.csv.gz');
  const at = (name: string) => header.indexOf(name);
  const columns = ['InvoiceNo', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID'].map(at);
  const customers = new Map<string, Customer>();
  for (const line of lines) {
    const [invoice = '', quantity, date = '', price, customer = ''] = columns.map((place) => line[place] ?? '');
    if (customer === '' || invoice.startsWith('C') || Number(quantity) <= 0 || Number(price) <= 0) continue;
    const known = customers.get(customer) ?? { lastDay: 0, invoices: new Set<string>(), monetary: 0 };
    known.lastDay = Math.max(known.lastDay, Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / 86_400_000);
    known.invoices.add(invoice);
    known.monetary += Number(quantity) * Number(price);
    customers.set(customer, known);
  }
  const snapshot = Date.parse('2011-12-10T00:00:00Z') / 86_400_000;
  const sorted = [...customers].sort(([a], [b]) => Number(a) - Number(b));
  return {
    customers: sorted.map(([customer]) => customer),
    rows: sorted.map(([, c]) => [snapshot - c.lastDay, c.invoices.size, c.monetary]),
  };
}

/** Columns centred and divided by their population standard deviation. */
export function zScored(rows: readonly (readonly number[])[]): number[][] {
  const cols = rows[0]?.length ?? 0;
  const means = Array.from({ length: cols }, (_, j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length);
  const spreads = means.map((mean, j) =>
    Math.sqrt(rows.reduce((sum, row) => sum + ((row[j] ?? 0) - mean) ** 2, 0) / rows.length),
  );
  return rows.map((row) => row.map((value, j) => (value - (means[j] ?? 0)) / (spreads[j] ?? 1)));
}
