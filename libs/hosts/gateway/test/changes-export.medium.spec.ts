import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { seededRandom } from '@kohort/kernel-clock-random';
import { ChangeWorld } from '@kohort/testing-door';
import { GatewayRig } from './gateway-rig';

interface Line {
  readonly id: string;
  readonly cursor: string;
  readonly segmentKey: string;
  readonly kind: string;
  readonly error?: { readonly code: string };
}

describe('the change log as lines', () => {
  const random = seededRandom(5);
  let rig: GatewayRig;
  let world: ChangeWorld;
  let key: { id: string; text: string };
  beforeAll(async () => {
    rig = await GatewayRig.start({ recheckMs: 50 });
    const workspaceId = await rig.db.addWorkspace('Lines');
    world = await ChangeWorld.seed(rig.db.database, workspaceId, { people: 200, segments: 3 });
    key = await rig.key(workspaceId);
  });
  afterAll(() => rig.stop());

  const head = async (): Promise<string> => {
    const { data } = await rig.ask(key.text, '{ changeLog { head } }');
    return (data as unknown as { changeLog: { head: string } }).changeLog.head;
  };
  const ask = async (query: Record<string, string>, text: string | null = key.text) => {
    const response = await fetch(`${rig.gateway.url}/v1/changes.ndjson?${new URLSearchParams(query)}`, {
      headers: text === null ? {} : { authorization: `Bearer ${text}` },
    });
    return { status: response.status, text: await response.text() };
  };
  const linesOf = (text: string): Line[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);

  /** A reader that can stand still. */
  async function follow(query: Record<string, string>, text = key.text) {
    const lines: Line[] = [];
    const request = get(`${rig.gateway.url}/v1/changes.ndjson?${new URLSearchParams({ ...query, follow: 'true' })}`, {
      headers: { authorization: `Bearer ${text}` },
    });
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    const reader = createInterface({ input: response });
    reader.on('error', () => undefined);
    reader.on('line', (line) => line !== '' && lines.push(JSON.parse(line) as Line));
    const over = new Promise<void>((resolve) => reader.once('close', resolve));
    const until = async (count: number): Promise<void> => {
      while (lines.length < count) await new Promise((resolve) => reader.once('line', resolve));
    };
    return { lines, until, response, over, stop: () => request.destroy() };
  }

  it('gives everything behind a cursor, and goes on behind the last line', async () => {
    const from = await head();
    const before = world.written.length;
    for (let n = 0; n < 13; n += 1) await world.write(100, { random });
    const all = linesOf((await ask({ after: from })).text);
    expect(all.map(({ id }) => id).sort()).toEqual(world.written.slice(before).sort());
    const middle = all[700]?.cursor ?? '';
    expect(linesOf((await ask({ after: middle })).text)).toEqual(all.slice(701));
    expect(await ask({ after: all.at(-1)?.cursor ?? '' })).toEqual({ status: 200, text: '' });
    const narrow = linesOf((await ask({ after: from, segment: 'segment-1', kinds: 'exited' })).text);
    expect(narrow).toEqual(all.filter(({ segmentKey, kind }) => segmentKey === 'segment-1' && kind === 'exited'));
  });

  it('follows what comes, at the pace of the reader, and can be cut anywhere', async () => {
    const from = await head();
    const before = world.written.length;
    const slow = await follow({ after: from });
    slow.response.pause();
    const quick = await follow({ after: from });
    const seen: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      await world.write(250, { random });
      await quick.until((n + 1) * 250);
    }
    slow.response.resume();
    await slow.until(900);
    seen.push(...slow.lines.slice(0, 900).map(({ id }) => id));
    slow.stop();
    const rest = await follow({ after: slow.lines[899]?.cursor ?? '' });
    await rest.until(1_100);
    seen.push(...rest.lines.map(({ id }) => id));
    expect(seen).toEqual(quick.lines.map(({ id }) => id));
    expect([...seen].sort()).toEqual(world.written.slice(before).sort());
    quick.stop();
    rest.stop();
  });

  it('is for good keys that may read, with good cursors, and ends with a reason when the key is revoked', async () => {
    const weak = (await rig.key(world.workspaceId, ['ingest:write'])).text;
    const codeOf = async (query: Record<string, string>, text?: string | null): Promise<unknown[]> => {
      const answer = await ask(query, text);
      return [answer.status, (JSON.parse(answer.text) as { code: string }).code];
    };
    expect(await codeOf({ after: 'x' }, null)).toEqual([401, 'ACCESS_KEY_MISSING']);
    expect(await codeOf({ after: 'x' }, weak)).toEqual([403, 'ACCESS_SCOPE_MISSING']);
    expect(await codeOf({ after: 'x' })).toEqual([400, 'POSTGRES_CURSOR_INVALID']);
    expect(await codeOf({})).toEqual([400, 'GATEWAY_EXPORT_AFTER_MISSING']);
    expect((await ask({})).text).toContain('changeLog { head }');
    const unknown = await ask({ after: await head(), members: 'true' });
    expect(unknown.status).toBe(400);
    expect(JSON.parse(unknown.text)).toMatchObject({
      code: 'GATEWAY_EXPORT_UNKNOWN_PARAMETER',
      message: 'the export knows no `members`; there are after, segment, profile, kinds, follow',
    });
    expect(await codeOf({ after: 'x', kinds: 'all' })).toEqual([400, 'GATEWAY_EXPORT_INVALID']);
    expect(await codeOf({ after: 'x', segment: 'nothing' })).toEqual([404, 'GATEWAY_NOT_FOUND']);
    const revocable = await rig.key(world.workspaceId);
    const stream = await follow({}, revocable.text);
    await rig.ask(key.text, `mutation { revokeApiKey(id: "${revocable.id}") { __typename } }`);
    await stream.over;
    expect(stream.lines.map((line) => line.error?.code)).toEqual(['ACCESS_KEY_REFUSED']);
  });
});
