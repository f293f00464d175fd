import type { ListEditor } from '@kohort/gateway-resolvers';
import { segmentStore, type Database } from '@kohort/platform-postgres';
import { RuleSets, editList } from '@kohort/segments-flow';

/** Edits lists, and what refers to them, in PostgreSQL. */
export function listEditor(database: Database): ListEditor {
  const deps = { store: segmentStore(database), ruleSets: new RuleSets() };
  return { edit: (workspaceId, edit) => editList(deps, workspaceId, edit) };
}
