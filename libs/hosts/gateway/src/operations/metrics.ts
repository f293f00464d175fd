import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { openProcessMetrics } from '@kohort/hosts-runtime';

/** What the gateway counts. One registry a gateway, so that several may live in one process. */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly requests: Counter<'route' | 'status'>;
  readonly seconds: Histogram<'route'>;
  readonly ingestItems: Counter<'outcome'>;
  readonly ingestReasons: Counter<'reason'>;
  readonly cost: Histogram;
}

/** Opens the metrics; gauges ask their sources when they are read. */
export function openMetrics(gauges: {
  readonly streams: () => number;
  readonly sockets: () => number;
  readonly outgoingBytes: () => number;
  readonly waiting: () => number;
  readonly spoolBytes: () => number;
  readonly spoolRecords: () => number;
  readonly masked: () => Iterable<readonly [kind: string, count: number]>;
}): GatewayMetrics {
  const registry = openProcessMetrics('kohort_gateway_');
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('kohort_gateway_streams_open', 'Subscriptions to the membership change log', gauges.streams);
  gauge('kohort_gateway_sockets_open', 'Websockets that carry a good key', gauges.sockets);
  gauge('kohort_gateway_sockets_outgoing_bytes', 'Bytes that wait for slow clients', gauges.outgoingBytes);
  gauge('kohort_ingest_waiting', 'Items received over HTTP that wait for their commit', gauges.waiting);
  gauge('kohort_ingest_spool_bytes', 'Bytes that wait in the spool for PostgreSQL', gauges.spoolBytes);
  gauge('kohort_ingest_spool_records', 'Calls that wait in the spool for PostgreSQL', gauges.spoolRecords);
  new Counter({
    name: 'kohort_ingest_masked_total',
    help: 'Personal data that was masked in texts received over HTTP, by kind',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of gauges.masked()) this.inc({ kind }, count);
    },
  });
  return {
    registry,
    requests: new Counter({
      name: 'kohort_gateway_requests_total',
      help: 'Requests by route and status',
      labelNames: ['route', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'kohort_gateway_request_seconds',
      help: 'From the first byte to the answer; for ingest the answer follows the commit',
      labelNames: ['route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    ingestItems: new Counter({
      name: 'kohort_ingest_items_total',
      help: 'Items received over HTTP, by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    ingestReasons: new Counter({
      name: 'kohort_ingest_reasons_total',
      help: 'Items that were not stored as new, by reason: refusals, and ids that came with another body',
      labelNames: ['reason'],
      registers,
    }),
    cost: new Histogram({
      name: 'kohort_graphql_cost',
      help: 'Estimated cost of GraphQL operations',
      buckets: [1, 5, 10, 50, 100, 250, 500, 1_000],
      registers,
    }),
  };
}
