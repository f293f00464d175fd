import type { ArtifactStore, ModelFiles, ModelId, WorkspaceId } from '@kohort/kernel-contracts';
import { toAppError } from '@kohort/kernel-errors';
import { isPassing } from './is-passing';
import { modelErrors } from './model-errors';
import { ParsedModels } from './parsed-models';

/**
 * Reads the fitted model of a version from its store, digest and every part of it, before the version is served again. A
 * version that is not known, or has no file, is left to whoever serves it.
 *
 * Throws  MODELS_FILE_UNREADABLE; what the store says when it cannot be asked
 */
export async function requireModelFile(
  { files, artifacts }: { readonly files: ModelFiles; readonly artifacts: Pick<ArtifactStore, 'read'> },
  workspaceId: WorkspaceId,
  { modelId, version }: { readonly modelId: ModelId; readonly version: number },
): Promise<void> {
  const file = await files.of(workspaceId, modelId, version);
  if (!file || file.artifactKey === null) return;
  try {
    // Nothing that was read before counts: what lies in the store now does.
    await new ParsedModels(artifacts).of(file.kind, file.artifactKey);
  } catch (thrown) {
    if (isPassing(thrown)) throw thrown;
    const cause = toAppError(thrown, 'reading');
    throw modelErrors.MODELS_FILE_UNREADABLE({ version, reason: cause.code }, { cause });
  }
}
