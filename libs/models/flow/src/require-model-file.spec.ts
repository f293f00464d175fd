import { modelIdSchema, workspaceIdSchema } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { requireModelFile } from './require-model-file';
import { bytesOf } from './text-bytes';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const modelId = modelIdSchema.parse('00000000-0000-4000-8000-000000000003');

/** Asks for a version: 2 has a file, 1 has none, no other is known. Told are the code, the kind and what was read. */
async function asked(version: number, read: (key: string) => AsyncIterable<Uint8Array>) {
  const keys: string[] = [];
  const file = { kind: 'clustering' as const, card: {} };
  const of = async (_workspace: unknown, _model: unknown, wanted: number) =>
    wanted === 2 ? { ...file, artifactKey: 'k' } : wanted === 1 ? { ...file, artifactKey: null } : null;
  const artifacts = {
    read: (key: string) => {
      keys.push(key);
      return read(key);
    },
  };
  const told = await requireModelFile({ files: { of }, artifacts }, workspaceId, { modelId, version }).then(
    () => 'whole',
    (thrown: Error) => (thrown instanceof AppError ? `${thrown.code} ${thrown.kind}` : thrown.message),
  );
  return { told, keys };
}

const failing = (thrown: Error) =>
  async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{');
    throw thrown;
  };
const error = (kind: AppError['kind']) => failing(new AppError({ code: 'STORE_SAYS', kind, message: 'no' }));

describe('the file of a version that is to be served again', () => {
  it('refuses one that is not there or not whole', async () => {
    const unreadable = { told: 'MODELS_FILE_UNREADABLE conflict', keys: ['k'] };
    expect(await asked(2, () => bytesOf('{"kind":"clustering"}'))).toEqual(unreadable);
    expect(await asked(2, () => bytesOf('{"kind":'))).toEqual(unreadable);
    expect(await asked(2, error('not-found'))).toEqual(unreadable);
  });

  it('passes on what a store says that cannot be asked: the same call may find it whole', async () => {
    for (const kind of ['transient', 'rate-limited', 'cancelled'] as const) {
      expect((await asked(2, error(kind))).told).toBe(`STORE_SAYS ${kind}`);
    }
    expect((await asked(2, failing(new TypeError('broken')))).told).toBe('broken');
  });

  it('reads nothing of a version that is not known or has no file', async () => {
    for (const version of [1, 3]) expect(await asked(version, error('bug'))).toEqual({ told: 'whole', keys: [] });
  });
});
