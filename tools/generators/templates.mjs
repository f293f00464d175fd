import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'templates');

/** One template with its `{{word}}` places filled; a place without a value is a mistake in the template. */
export function fill(path, values) {
  return readFileSync(join(folder, path), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, key) => {
    if (!(key in values)) throw new Error(`${path}: nothing is known of {{${key}}}`);
    return values[key];
  });
}

/** All templates below a folder: path without `.tmpl` → text, names through `rename`. */
export function fillAll(kind, values, rename = (path) => path) {
  const files = {};
  for (const entry of readdirSync(join(folder, kind), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name).slice(join(folder, kind).length + 1);
    files[rename(path.replaceAll('\\', '/').replace(/\.tmpl$/, ''))] = fill(join(kind, path), values);
  }
  return files;
}
