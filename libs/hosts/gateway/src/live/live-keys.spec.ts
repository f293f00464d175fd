import { EventEmitter } from 'node:events';
import { accessErrors } from '@kohort/access-domain';
import type { Caller, KeyRing } from '@kohort/access-flow';
import { manualClock } from '@kohort/kernel-clock-random';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { LiveKeys, TRUSTED_MS } from './live-keys';

const caller: Caller = {
  workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  keyId: 'k1',
  scopes: ['graphql:read', 'graphql:write'],
};

class FakeSocket extends EventEmitter {
  readonly closed: number[] = [];
  close(code?: number): void {
    this.closed.push(code ?? 0);
    this.emit('close');
  }
}

function world() {
  const clock = manualClock(1_000_000);
  const asked: string[] = [];
  let answer: () => Promise<Caller> = async () => caller;
  const never = async (): Promise<never> => {
    throw new TypeError('not asked here');
  };
  const keys: KeyRing = {
    caller: never,
    writeOrigin: never,
    callerNow: (text) => {
      asked.push(text);
      return answer();
    },
  };
  const watch = new LiveKeys({ keys, clock, recheckMs: 10_000 });
  const open = (keyText = 'one') => {
    const socket = new FakeSocket();
    const seen = { good: 0, refusals: [] as string[] };
    const connection = watch.add(socket, { keyText, caller, onGood: () => (seen.good += 1) });
    connection.onRefused((refusal) => seen.refusals.push(refusal.code));
    return { socket, connection, seen };
  };
  return { clock, asked, watch, open, answers: (next: () => Promise<Caller>) => (answer = next) };
}

describe('LiveKeys', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('looks each key up once, however many sockets carry it, and stops when the last is gone', async () => {
    const { watch, open, asked } = world();
    const sockets = [open(), open(), open('two')];
    await jest.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual(['one', 'two']);
    for (const { socket } of sockets) socket.emit('close');
    await jest.advanceTimersByTimeAsync(60_000);
    expect({ asked: asked.length, size: watch.size }).toEqual({ asked: 2, size: 0 });
  });

  it('refuses a key that was revoked, and one whose rights have changed, and closes in a moment', async () => {
    const changed = async (): Promise<Caller> => ({ ...caller, scopes: ['graphql:read'] });
    const revoked = async (): Promise<Caller> => {
      throw accessErrors.ACCESS_KEY_REFUSED();
    };
    for (const answer of [changed, revoked]) {
      const { open, answers } = world();
      const { socket, connection, seen } = open();
      answers(answer);
      await jest.advanceTimersByTimeAsync(10_000);
      expect({ refusals: seen.refusals, trusted: connection.isTrusted() }).toEqual({
        refusals: ['ACCESS_KEY_REFUSED'],
        trusted: false,
      });
      await jest.advanceTimersByTimeAsync(1_000);
      expect(socket.closed).toEqual([4403]);
    }
  });

  it('hands nothing over while nobody can say whether the key is good, and goes on when somebody can', async () => {
    const { clock, watch, open, answers } = world();
    const { socket, connection, seen } = open();
    answers(async () => {
      throw new TypeError('connect ECONNREFUSED');
    });
    clock.advance(TRUSTED_MS);
    await watch.recheck();
    expect(connection.isTrusted()).toBe(true);
    clock.advance(1);
    await watch.recheck();
    expect({ trusted: connection.isTrusted(), closed: socket.closed }).toEqual({ trusted: false, closed: [] });
    answers(async () => caller);
    await watch.recheck();
    expect({ trusted: connection.isTrusted(), good: seen.good }).toEqual({ trusted: true, good: 1 });
    watch.stop();
  });
});
