import type { Diagnosis } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { SourceHost } from '@kohort/plugin-kit-sdk';
import { findRelation } from './relation';
import { openSession, type Session } from './session';
import type { Settings } from './settings';

const good = (name: string, message: string): Diagnosis => ({ name, ok: true, code: 'OK', message });

async function finding(name: string, work: () => Promise<string>): Promise<Diagnosis> {
  try {
    return good(name, await work());
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return { name, ok: false, code: thrown.code, message: thrown.message };
  }
}

async function look(session: Session, settings: Settings): Promise<Diagnosis> {
  return finding('relation', async () => {
    const relation = await session.inTransaction(() => findRelation(session, settings));
    const how = settings.cursorColumn === undefined ? 'wholly each time' : `by ${settings.cursorColumn}`;
    return `${relation.columns.length} columns, key ${relation.key.join(', ')}, read ${how}`;
  });
}

/** Connects, opens a transaction that may not write, and finds columns and key. */
export async function check(settings: Settings, host: SourceHost): Promise<readonly Diagnosis[]> {
  let session: Session | undefined;
  const connected = await finding('connection', async () => {
    session = await openSession(settings, host);
    return 'PostgreSQL answers';
  });
  if (!session) return [connected];
  try {
    return [connected, await look(session, settings)];
  } finally {
    await session.close();
  }
}
