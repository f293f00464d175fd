import type { WorkspaceId } from '@kohort/kernel-contracts';
import { hostileEvents } from '@kohort/testing-hostile';
import { GatewayRig } from './gateway-rig';

interface Result {
  readonly outcome: string;
  readonly reason: string | null;
}

describe('hostile events over HTTP', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let headers: Record<string, string>;
  beforeAll(async () => {
    rig = await GatewayRig.start({ ingest: undefined });
    workspaceId = await rig.db.addWorkspace('Ours');
    const { text } = await rig.key(workspaceId);
    const made = await rig.ask(
      text,
      'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
    );
    const { writeKey } = (made.data as unknown as { createSource: { writeKey: string } }).createSource;
    headers = { authorization: `Bearer ${writeKey}`, 'x-kohort-results': '1' };
  });
  afterAll(() => rig.stop());

  const send = async (
    items: readonly string[],
    more = '',
  ): Promise<{ status: number; code?: string; results?: Result[] }> => {
    const body = `{"batch":[${items.join(',')}]${more}}`;
    const response = await fetch(`${rig.gateway.url}/v1/batch`, { method: 'POST', headers, body });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const good = (id: string): string => `{"type":"track","event":"Good","userId":"g","messageId":"${id}"}`;
  const count = async (like: string): Promise<number> => {
    const rows = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('event').select('message_id').where('message_id', 'like', like).execute(),
    );
    return rows.length;
  };
  const corpus = hostileEvents('corpus');

  it.each(corpus)('$name: neighbours are stored, the verdict is the one it must be', async (event) => {
    const name = `beside-${corpus.indexOf(event)}`;
    const answered = await send([good(`${name}-a`), event.text, good(`${name}-b`)]);
    if (event.verdict === 'call') {
      // What is larger than a batch may be is not even looked at.
      const code = Buffer.byteLength(event.text) > 512_000 ? 'payload_too_large' : event.reason;
      expect([answered.status, answered.code]).toEqual([400, code]);
      return;
    }
    expect(answered.results?.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['stored', null],
      [event.verdict, event.reason],
      ['stored', null],
    ]);
    expect(await count(`${name}-%`)).toBe(2);
  });

  it('stores every good one of a stream that is poisoned by a hundredth', async () => {
    const poison = corpus.filter((event) => event.verdict === 'rejected' || event.verdict === 'quarantined');
    let sent = 0;
    const calls = Array.from({ length: 40 }, async (_, call) => {
      const at = (call * 37) % 99;
      const items = Array.from({ length: 99 }, (_unused, n) => good(`stream-${call}-${n}`));
      const bad = poison[call % poison.length];
      items.splice(at, 0, bad?.text ?? '');
      const { results = [] } = await send(items);
      expect(results.filter((result) => result.outcome === 'stored')).toHaveLength(99);
      expect(results[at]).toMatchObject({ outcome: bad?.verdict, reason: bad?.reason });
      sent += results.length;
    });
    await Promise.all(calls);
    expect(sent).toBe(4_000);
    expect(await count('stream-%')).toBe(3_960);
  });

  it('judges what a batch says for all of its items, each of them', async () => {
    const nested = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    for (const [context, outcome, reason] of [
      ['{"t":"a\\u0000b"}', 'quarantined', 'nul_character'],
      ['{"__proto__":{"polluted":1}}', 'rejected', 'forbidden_key'],
      [`{"deep":${nested}}`, 'rejected', 'too_deep'],
    ]) {
      const answered = await send([good('context-a'), good('context-b')], `,"context":${context}`);
      expect([answered.status, answered.results?.map((result) => [result.outcome, result.reason])]).toEqual([
        200,
        [
          [outcome, reason],
          [outcome, reason],
        ],
      ]);
    }
    expect(await count('context-%')).toBe(0);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('keeps books that balance after all of it', async () => {
    const rows = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('ledger_minute').selectAll().execute(),
    );
    const sum = (of: (row: (typeof rows)[number]) => unknown): number =>
      rows.reduce((total, row) => total + Number(of(row)), 0);
    const parts = sum((row) => row.stored) + sum((row) => row.duplicate) + sum((row) => row.rejected);
    expect(sum((row) => row.received)).toBe(parts + sum((row) => row.suppressed) + sum((row) => row.quarantined));
    expect(sum((row) => row.quarantined)).toBeGreaterThan(0);
  });
});
