import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the name of a folder of its own is, where no file of the kind is there yet. */
export type DefinitionKind = 'segments' | 'traits' | 'models';

/** The folder that holds most of these files; of several the first by name. Null when there are no files. */
function usualFolder(files: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first?.[0] ?? null;
}

/**
 * Where a definition goes that no file holds yet: beside the files of its kind, or into the folder of the kind when there
 * are none. A path that is taken (a trait and a segment may share a key) is left alone.
 *
 * @param files  paths of the files of this kind that the folder has already
 */
export function newFilePath(
  dir: string,
  { kind, key }: { readonly kind: DefinitionKind; readonly key: string },
  files: readonly string[],
): string {
  const own = join(dir, kind);
  const beside = usualFolder(files) ?? own;
  const names = [join(beside, `${key}.yaml`), join(own, `${key}.yaml`), join(beside, `${key}-${kind}.yaml`)];
  const free = names.find((name) => !existsSync(name));
  if (free !== undefined) return free;
  for (let n = 2; ; n += 1) {
    const name = join(beside, `${key}-${kind}-${n}.yaml`);
    if (!existsSync(name)) return name;
  }
}
