import { namesOf } from './names.mjs';
import { fill } from './templates.mjs';

/** A decision: the next free number, one page. */
export function adr(path, { list }) {
  const last = Math.max(0, ...list('tools/adr').map((file) => Number.parseInt(file, 10) || 0));
  const number = String(last + 1).padStart(4, '0');
  return {
    files: { [`tools/adr/${number}-${path}.md`]: fill('adr/adr.md.tmpl', { ...namesOf(path), number }) },
    next: ['fill the three paragraphs; one page'],
  };
}
