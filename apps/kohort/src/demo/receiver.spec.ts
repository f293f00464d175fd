import { createHmac } from 'node:crypto';
import { startReceiver, type Receiver } from './receiver';

const secret = `whsec_${Buffer.from('a-secret-of-thirty-two-bytes-xxx').toString('base64')}`;
const body = JSON.stringify({
  type: 'audience.membership.changed',
  data: { segment: { key: 'vip' }, action: 'add', members: [{ id: 'p1', external_ids: { user_id: ['u1'] } }] },
});

describe('the demo receiver', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver(secret);
  });
  afterAll(() => receiver.stop());

  const post = (path: string, text: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(receiver.url + path, { method: 'POST', body: text, headers });
  const sign = (text: string): Record<string, string> => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${createHmac('sha256', 'a-secret-of-thirty-two-bytes-xxx').update(`msg_1.1700000000.${text}`).digest('base64')}`,
  });

  it('takes a signed webhook and says who came', async () => {
    expect((await post('/webhook', body, sign(body))).status).toBe(200);
    expect(receiver.arrivals.at(-1)?.items).toEqual([{ id: 'u1', action: 'add', segment: 'vip' }]);
  });

  it('refuses a wrong signature and what it cannot read', async () => {
    const before = receiver.arrivals.length;
    expect((await post('/webhook', `${body} `, sign(body))).status).toBe(401);
    expect((await post('/v1/batch', '{')).status).toBe(400);
    expect(receiver.arrivals.length).toBe(before);
  });

  it('takes a Segment batch', async () => {
    const batch = [
      { type: 'track', userId: 'u2', event: 'Audience Entered', properties: { audience_key: 'vip', vip: true } },
    ];
    expect((await post('/v1/batch', JSON.stringify({ batch }))).status).toBe(200);
    expect(receiver.arrivals.at(-1)?.items).toEqual([{ id: 'u2', action: 'Audience Entered', segment: 'vip' }]);
  });
});
