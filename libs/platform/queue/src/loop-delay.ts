import { monitorEventLoopDelay } from 'node:perf_hooks';
import { LOOP_DELAY } from './queue-settings';

/** How long the event loop stood still in one interval. */
export interface LoopDelayReport {
  /** 99th percentile of the last interval, milliseconds. */
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Measures how long the event loop stands still, and reports every five seconds; `stop` ends it. */
export function watchLoopDelay(
  onReport: (report: LoopDelayReport) => void,
  everyMs: number = LOOP_DELAY.everyMs,
): () => void {
  const histogram = monitorEventLoopDelay({ resolution: LOOP_DELAY.lookEveryMs });
  histogram.enable();
  const timer = setInterval(() => {
    onReport({ p99Ms: Math.round(histogram.percentile(99) / 1e6), maxMs: Math.round(histogram.max / 1e6) });
    histogram.reset();
  }, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    histogram.disable();
  };
}
