import { z } from 'zod';
import type { ModelFiles } from '@kohort/kernel-contracts';
import { reading, scopeOf, type ReaderParts } from '../read/deadline';

const modelFileSchema = z.object({
  kind: z.enum(['clustering', 'propensity']),
  artifactKey: z.string().nullable(),
  card: z.json(),
});

/**
 * The port, over `model` and `model_version`.
 *
 * Throws  READ_DEADLINE
 */
export function modelFiles(parts: ReaderParts): ModelFiles {
  return {
    of: (workspaceId, modelId, version) =>
      reading(scopeOf(parts, workspaceId), async (tx) => {
        const row = await tx
          .selectFrom('model_version as v')
          .innerJoin('model as m', (join) =>
            join.onRef('m.workspace_id', '=', 'v.workspace_id').onRef('m.id', '=', 'v.model_id'),
          )
          .select(['m.kind', 'v.artifact_key as artifactKey', 'v.card'])
          .where('v.workspace_id', '=', workspaceId)
          .where('v.model_id', '=', modelId)
          .where('v.version', '=', version)
          .executeTakeFirst();
        return row ? modelFileSchema.parse(row) : null;
      }),
  };
}
