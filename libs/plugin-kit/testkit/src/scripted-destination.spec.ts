import { createEgressClient } from '@kohort/platform-http';
import { faults, scriptedDestination } from './scripted-destination';

it('takes one fault a call, then carries calls out, and logs them all', async () => {
  const applied: string[] = [];
  const shop = await scriptedDestination((call) => {
    applied.push(call.body);
    return { status: 201, body: 'done' };
  });
  const patient = createEgressClient({ allow: [shop.pair], timeoutMs: 60_000 });
  const hurried = createEgressClient({ allow: [shop.pair], timeoutMs: 1_500 });
  const send = (body: string): Promise<string> =>
    // Only the call that hangs may run out of time, however slow the machine is.
    (body === 'e' ? hurried : patient)
      .send({ method: 'POST', url: `${shop.url}/in`, headers: { 'x-n': body }, body })
      .then(
        (reply) => `${reply.status} ${reply.headers['retry-after'] ?? ''}${reply.body}`,
        (error: { code: string }) => error.code,
      );
  shop.script(faults.tooMany('3'), faults.status(500, 'no'), faults.reset, faults.eatenReply, faults.hang);
  shop.script(faults.slow, faults.malformed, faults.htmlPage());
  const seen: string[] = [];
  for (const body of 'abcdefghi') seen.push(await send(body));
  await patient.close();
  await hurried.close();
  await shop.close();
  expect(seen).toEqual([
    '429 3',
    '500 no',
    'HTTP_CONNECTION_LOST',
    'HTTP_CONNECTION_LOST',
    'HTTP_TIMEOUT',
    '201 done',
    '200 {"results":[{"id":',
    '502 <!doctype html><title>Bad Gateway</title>',
    '201 done',
  ]);
  expect(applied).toEqual(['d', 'f', 'g', 'i']);
  expect(shop.calls.map((call) => call.body).join('')).toBe('abcdefghi');
  expect(shop.calls[0]).toMatchObject({ method: 'POST', path: '/in', headers: { 'x-n': 'a' }, fault: 'status' });
});
