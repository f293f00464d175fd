import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import type { TestEvent } from '@kohort/testing-columns';

/** One invoice line that the cleaning rule keeps. */
export interface RetailLine {
  readonly invoice: string;
  readonly stockCode: string;
  readonly quantity: number;
  readonly price: string;
  readonly customer: string;
  /** Wall-clock time in the United Kingdom. */
  readonly at: string;
}

export function onlineRetailDir(): string {
  const base = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');
  return join(base, 'online-retail');
}

/** Cells of one line; a quoted cell may hold commas, never a line end. A parser library takes 20 s of a spec for this. */
function cellsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = '']) => cell.replace(/^"|"$/g, ''));
}

/** The lines with a customer, not cancelled, quantity and price above zero; exact duplicates are kept. */
export function onlineRetailLines(directory: string): readonly RetailLine[] {
  const text = gunzipSync(readFileSync(join(directory, 'transactions.csv.gz'))).toString('utf8');
  const lines: RetailLine[] = [];
  for (const line of text.trimEnd().split('\n').slice(1)) {
    const [invoice = '', stockCode = '', , quantity = '', at = '', price = '', customer = ''] = cellsOf(line);
    const units = Number(quantity);
    if (customer === '' || invoice.startsWith('C') || units <= 0 || Number(price) <= 0) continue;
    lines.push({ invoice, stockCode, quantity: units, price, customer, at });
  }
  return lines;
}

/** A profile id that can be told from the customer number. */
export const profileOfCustomer = (customer: string): string => `00000000-0000-4000-8000-${customer.padStart(12, '0')}`;

const instants = new Map<string, number>();

/** Reading a wall-clock time is slow, and most of the lines share theirs. */
function instantOf(wall: string): number {
  const known = instants.get(wall) ?? DateTime.fromSQL(wall, { zone: 'Europe/London' }).toMillis();
  instants.set(wall, known);
  return known;
}

/** One order an invoice and customer, as Segment's spec writes it; revenue added up in decimals. */
export function* onlineRetailOrders(lines: readonly RetailLine[], workspaceId: string): Generator<TestEvent> {
  const byInvoice = new Map<string, RetailLine[]>();
  for (const line of lines) {
    const key = `${line.invoice} ${line.customer}`;
    const known = byInvoice.get(key);
    if (known) known.push(line);
    else byInvoice.set(key, [line]);
  }
  let serial = 0;
  for (const invoice of byInvoice.values()) {
    const first = invoice[0] as RetailLine;
    const revenue = invoice.reduce(
      (sum, line) => sum.plus(new Decimal(line.price).times(line.quantity)),
      new Decimal(0),
    );
    serial += 1;
    yield {
      workspaceId,
      profileId: profileOfCustomer(first.customer),
      eventId: `10000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
      name: 'Order Completed',
      ts: Math.min(...invoice.map((line) => instantOf(line.at))),
      properties: {
        order_id: first.invoice,
        revenue: revenue.toNumber(),
        items: invoice.length,
        units: invoice.reduce((sum, line) => sum + line.quantity, 0),
        products: invoice.slice(0, 250).map((line) => ({
          product_id: line.stockCode,
          quantity: line.quantity,
          price: Number(line.price),
        })),
      },
    };
  }
}
