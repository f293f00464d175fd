import { openProcessMetrics } from './process-metrics';

describe('openProcessMetrics', () => {
  it('tells of no lag of the event loop that is the interval at which it was looked at', async () => {
    const registry = openProcessMetrics('test_');
    const lags = (await registry.getMetricsAsJSON()).filter(({ name }) => name.includes('eventloop_lag'));
    expect(lags.map(({ name }) => name)).toEqual(['test_nodejs_eventloop_lag_seconds']);
  });

  it('keeps registries apart', async () => {
    const [one, other] = [openProcessMetrics('test_'), openProcessMetrics('test_')];
    one.clear();
    expect(await one.metrics()).not.toContain('process_resident_memory_bytes');
    expect(await other.metrics()).toContain('test_process_resident_memory_bytes');
  });
});
