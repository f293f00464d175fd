import { downstreamCalls, type CallLimits } from './downstream-calls';

const put = { key: 'put', operations: ['add'] as const };
const drop = { key: 'drop', operations: ['remove'] as const };
const either = { key: 'either', operations: ['add', 'remove'] as const };
const limits = (more: Partial<CallLimits>): CallLimits => ({
  maxRecords: 100,
  mixed: false,
  actions: [put, drop],
  ...more,
});

describe('downstreamCalls', () => {
  it('cuts what each action gets into its connector’s batches, removals first', () => {
    expect(downstreamCalls({ adds: 201, removes: 100 }, limits({}))).toEqual([
      { action: 'drop', operation: 'remove', records: 100, calls: 1 },
      { action: 'put', operation: 'add', records: 201, calls: 3 },
    ]);
    expect(downstreamCalls({ adds: 0, removes: 0 }, limits({}))).toEqual([]);
  });

  it('puts both into one request where the connector mixes them in one action', () => {
    const calls = (mixed: boolean) => downstreamCalls({ adds: 60, removes: 40 }, limits({ mixed, actions: [either] }));
    expect(calls(true)).toEqual([{ action: 'either', operation: 'mixed', records: 100, calls: 1 }]);
    expect(calls(false).map((one) => one.calls)).toEqual([1, 1]);
    expect(downstreamCalls({ adds: 5, removes: 0 }, limits({ mixed: true, actions: [either] }))).toEqual([
      { action: 'either', operation: 'add', records: 5, calls: 1 },
    ]);
  });

  it('has none for what a connector cannot do', () => {
    expect(downstreamCalls({ adds: 5, removes: 5 }, limits({ actions: [put] }))).toEqual([
      { action: 'put', operation: 'add', records: 5, calls: 1 },
    ]);
  });
});
