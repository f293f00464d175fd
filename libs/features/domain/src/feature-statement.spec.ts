import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { featureSet } from './feature-set';
import { featureStatement } from './feature-statement';
import { SEGMENT_ORDERS } from './order-mapping';

const request = {
  workspaceId: workspaceIdSchema.parse('10000000-0000-4000-8000-000000000001'),
  asOf: Date.UTC(2026, 0, 1),
  timeZone: 'UTC',
  definitions: featureSet(1, ['recency_days', 'page_views_30d']),
};

describe('featureStatement', () => {
  it('binds what comes from outside, and writes none of it into the statement', () => {
    const event = "x'); DROP TABLE events; --";
    const { sql, params, cols } = featureStatement({ ...request, orders: { ...SEGMENT_ORDERS, event } });
    expect(cols).toBe(2);
    expect(sql).not.toContain('DROP');
    expect(Object.values(params)).toEqual(expect.arrayContaining([event, 'Page Viewed', request.workspaceId, 'UTC']));
    for (const name of Object.keys(params)) expect(sql).toContain(`{${name}:`);
  });

  it('reads no more of an order than the features need', () => {
    const { sql } = featureStatement({ ...request, definitions: featureSet(1, ['monetary']) });
    expect(sql).toContain('`revenue` Nullable(Float64)');
    expect(sql).not.toContain('products');
  });

  it('refuses property names that are no names, and time zones that are none', () => {
    const orders = { ...SEGMENT_ORDERS, revenue: "a') OR 1" };
    expect(() => featureStatement({ ...request, orders })).toThrow('letters, digits and _ only');
    const definitions = featureSet(1, ['monetary']);
    const twice = { ...SEGMENT_ORDERS, revenue: 'order_id' };
    expect(() => featureStatement({ ...request, definitions, orders: twice })).toThrow('two meanings');
    expect(() => featureStatement({ ...request, timeZone: 'Mars/Olympus' })).toThrow('no time zone Mars/Olympus');
  });
});
