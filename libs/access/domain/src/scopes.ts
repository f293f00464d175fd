import { accessErrors } from './access.errors';

/** What an API key may do. A write key has none of these: it is good for ingest and for nothing else. */
export const SCOPES = ['graphql:read', 'graphql:write', 'ingest:write', 'artifacts:write', 'keys:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** True when the text names one of the scopes. */
export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

/**
 * Reads a list of scopes.
 *
 * Throws  ACCESS_SCOPE_UNKNOWN
 */
export function parseScopes(texts: readonly string[]): readonly Scope[] {
  return [...new Set(texts)].map((text) => {
    if (!isScope(text)) throw accessErrors.ACCESS_SCOPE_UNKNOWN({ scope: text.slice(0, 40) });
    return text;
  });
}

/**
 * Refuses when the scope is not among those held.
 *
 * Throws  ACCESS_SCOPE_MISSING
 */
export function requireScope(held: readonly Scope[], wanted: Scope): void {
  if (!held.includes(wanted)) throw accessErrors.ACCESS_SCOPE_MISSING({ scope: wanted });
}

/**
 * Refuses to hand on what the granting key does not carry itself: no key makes a stronger one.
 *
 * Throws  ACCESS_SCOPE_NOT_HELD
 */
export function requireGrantable(held: readonly Scope[], wanted: readonly Scope[]): void {
  for (const scope of wanted) if (!held.includes(scope)) throw accessErrors.ACCESS_SCOPE_NOT_HELD({ scope });
}
