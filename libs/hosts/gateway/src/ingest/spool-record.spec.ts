import { sourceIdSchema, workspaceIdSchema, type Json } from '@kohort/kernel-contracts';
import { hostileEvents } from '@kohort/testing-hostile';
import { inspectJson } from '@kohort/ingest-domain';
import { decodeCall, encodeCall } from './spool-record';

const origin = {
  workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  sourceId: sourceIdSchema.parse('00000000-0000-4000-8000-0000000000aa'),
};
const envelope = { receivedAt: 5, sentAt: 's', context: { ip: '::1' }, integrations: { All: false } };

describe('a call in the spool', () => {
  it('comes back as it was, hostile as it may be', () => {
    const items: Json[] = hostileEvents()
      .filter((event) => event.reason !== 'invalid_json' && event.reason !== 'too_deep')
      // Written as JSON, the one is 0 and the other has no form.
      .filter((event) => event.name !== 'minus zero' && event.reason !== 'number_not_finite')
      .map((event) => JSON.parse(event.text));
    expect(decodeCall(encodeCall({ origin, items, envelope }))).toEqual({ v: 1, origin, items, envelope });
  });

  it('keeps the verdict of what is too deep to be written', () => {
    const deep = JSON.parse(hostileEvents().find((event) => event.reason === 'too_deep')?.text ?? '');
    const back = decodeCall(encodeCall({ origin, items: [deep, 1], envelope: { ...envelope, context: deep } }));
    expect(inspectJson(back?.items[0])?.code).toBe('too_deep');
    expect(back?.items[1]).toBe(1);
    expect(inspectJson(back?.envelope.context)?.code).toBe('too_deep');
  });

  it('keeps the verdict of a number that JSON cannot write', () => {
    const back = decodeCall(encodeCall({ origin, items: [JSON.parse('{"n":[1e999]}')], envelope }));
    expect(inspectJson(back?.items[0])?.code).toBe('number_not_finite');
  });

  it('is told from what is none', () => {
    expect(decodeCall(Buffer.from('{"v":2}'))).toBeNull();
  });
});
