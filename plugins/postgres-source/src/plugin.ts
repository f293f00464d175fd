import { defineSource } from '@kohort/plugin-kit-sdk';
import manifest from '../plugin.json';
import { check } from './check';
import { discover } from './discover';
import { readPages } from './pages';
import { findRelation } from './relation';
import { openSession } from './session';
import { settings } from './settings';

/** A PostgreSQL table or query as a source. */
export const source = defineSource({
  manifest,
  settings,
  check,
  discover,
  async open(given, host) {
    const session = await openSession(given, host);
    try {
      const relation = await session.inTransaction(() => findRelation(session, given));
      return {
        kind: 'rows',
        ...(given.mirror ? { mirror: { maxGoneShare: given.mirrorMaxGoneShare } } : {}),
        pages: (from) => readPages({ session, settings: given, relation }, from),
        close: () => session.close(),
      };
    } catch (thrown) {
      await session.close();
      throw thrown;
    }
  },
});
