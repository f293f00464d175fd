import { onceARun, readCells } from '@kohort/ml-conformance';

const FILE = 'online-retail/transactions.csv.gz';

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
  return onceARun('online-retail-rfm', FILE, summarise);
}

function summarise(): { customers: string[]; rows: number[][] } {
  const [header = [], ...lines] = readCells(FILE);
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
