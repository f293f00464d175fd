import type { FeatureDefinition } from './feature-definition';
import { lineageAround, lineageOf } from './lineage';
import { SEGMENT_ORDERS } from './order-mapping';

const trait = (key: string, formula: FeatureDefinition['formula']): FeatureDefinition => ({
  ...{ key, label: key, unit: 'units' },
  formula,
});

describe('lineage', () => {
  const graph = lineageOf({
    sources: [
      { key: 'shop', label: 'Shop', events: ['Order Completed', 'Page Viewed'] },
      { key: 'crm', label: 'CRM', events: ['Order Refunded'] },
    ],
    traits: [
      trait('orders', { measure: 'orders' }),
      trait('returns', { ratio: [{ aggregate: 'count', event: ['Order Refunded'] }, { measure: 'orders' }] }),
      trait('active', { aggregate: 'count' }),
      trait('cell', { cell: [{ score: { aggregate: 'count', event: 'Page Viewed' }, cuts: [1] }] }),
    ],
    segments: [
      {
        key: 'vip',
        label: 'VIP',
        uses: [
          { kind: 'segment', key: 'buyers' },
          { kind: 'model', key: 'churn' },
        ],
      },
      {
        key: 'buyers',
        label: 'Buyers',
        uses: [
          { kind: 'event', key: 'Order Completed' },
          { kind: 'trait', key: 'plan' },
        ],
      },
    ],
    models: [{ key: 'churn', label: 'Churn', uses: [{ kind: 'trait', key: 'returns' }] }],
    destinations: [{ key: 'ads', label: 'Ads', segments: ['vip'] }],
    orders: SEGMENT_ORDERS,
  });
  const shown = ({ edges }: typeof graph): readonly string[] =>
    edges.map(({ from, to }) => `${from.kind} ${from.key} > ${to.kind} ${to.key}`).sort();

  it('goes from sources over events, traits, models and segments to destinations', () => {
    const around = lineageAround(graph, { kind: 'trait', key: 'returns' });
    expect(shown(around)).toEqual([
      'event Order Completed > trait returns',
      'event Order Refunded > trait returns',
      'model churn > segment vip',
      'segment vip > destination ads',
      'source crm > event Order Refunded',
      'source shop > event Order Completed',
      'trait returns > model churn',
    ]);
    expect(around.nodes.map(({ label }) => label)).toEqual(expect.arrayContaining(['Ads', 'Churn', 'VIP', 'CRM']));
  });

  it('takes a trait over any event from every event, and what is stated from nowhere', () => {
    expect(shown(graph).filter((edge) => edge.endsWith('trait active'))).toHaveLength(3);
    expect(shown(lineageAround(graph, { kind: 'trait', key: 'plan' }))).toEqual([
      'segment buyers > segment vip',
      'segment vip > destination ads',
      'trait plan > segment buyers',
    ]);
    expect(shown(lineageAround(graph, { kind: 'destination', key: 'ads' }))).toContain('segment buyers > segment vip');
    expect(lineageAround(graph, { kind: 'segment', key: 'none' })).toEqual({ nodes: [], edges: [] });
  });
});
