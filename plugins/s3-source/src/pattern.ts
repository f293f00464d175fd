import { RE2JS } from 're2js';

/**
 * A pattern as a test on keys: `*` within a folder, `**` across folders, `?` one character; all else is itself.
 *
 * Cost    linear in the key, whatever the pattern is: it comes from a user
 */
export function keyTest(pattern: string | undefined): (key: string) => boolean {
  if (pattern === undefined) return () => true;
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (found) => {
    if (found === '**/') return '(?:[^/]*/)*';
    if (found === '**') return '.*';
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
  const expression = RE2JS.compile(source, RE2JS.DOTALL);
  return (key) => expression.matches(key);
}
