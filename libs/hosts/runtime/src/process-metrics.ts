import { Registry, collectDefaultMetrics } from 'prom-client';

/** Wakes an idle process twice a second; a finer clock would do so a hundred times to find that it is idle. */
const LOOP_CLOCK_MS = 500;

/** Node measures these as the time between two ticks of the clock above, which is no lag. */
const TICKS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];

/**
 * A registry with what Node tells of its process: memory, processor time, garbage, handles, and how late the event loop
 * is at the moment of reading (`nodejs_eventloop_lag_seconds`).
 */
export function openProcessMetrics(prefix: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix, eventLoopMonitoringPrecision: LOOP_CLOCK_MS });
  for (const of of TICKS) registry.removeSingleMetric(`${prefix}nodejs_eventloop_lag_${of}_seconds`);
  return registry;
}
