import type { Json, JsonObject, MembershipDelta } from '@kohort/kernel-contracts';

/** Field of an action → where its value comes from. A field `traits.plan` puts the value under `traits`. */
export type Mapping = Readonly<Record<string, string>>;

/** What a mapping can read beside the change itself. */
export interface MappingScope {
  readonly segment: { readonly id: string; readonly key: string; readonly name: string };
}

const SOURCE =
  /^(?:profile\.id|segment\.(?:id|key|name)|change\.(?:operation|version|changedAt)|identifiers|identifiers\.[a-z][a-z0-9_]*(?:\[\])?|traits\.[A-Za-z0-9_$-]+|=.*)$/;
const FIELD = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_$-]+)?$/;
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

/** What is wrong with a mapping, in one sentence; null when it can be used. */
export function faultOfMapping(mapping: Mapping, knownFields: readonly string[]): string | null {
  for (const [name, source] of Object.entries(mapping)) {
    const root = name.split('.')[0] ?? '';
    if (!FIELD.test(name) || name.split('.').some((part) => REFUSED.has(part))) return `"${name}" is no field name`;
    if (!knownFields.includes(root)) return `the action has no field "${root}"`;
    if (!SOURCE.test(source)) return `"${source}" is no source of a value`;
  }
  return null;
}

/** The traits that a mapping reads: nothing else is loaded or sent. */
export function traitKeysOf(mapping: Mapping): readonly string[] {
  const keys = Object.values(mapping)
    .filter((source) => source.startsWith('traits.'))
    .map((source) => source.slice('traits.'.length));
  return [...new Set(keys)].sort();
}

function valueOf(source: string, delta: MembershipDelta, scope: MappingScope): Json | undefined {
  if (source.startsWith('=')) return source.slice(1);
  if (source.startsWith('traits.')) return delta.traits[source.slice('traits.'.length)];
  if (source === 'identifiers') return Object.keys(delta.identifiers).length > 0 ? { ...delta.identifiers } : undefined;
  if (source.startsWith('identifiers.')) {
    const type = source.slice('identifiers.'.length);
    if (type.endsWith('[]')) return delta.identifiers[type.slice(0, -2)];
    return delta.identifiers[type]?.[0];
  }
  const known: Readonly<Record<string, Json>> = {
    'profile.id': delta.profileId,
    'segment.id': scope.segment.id,
    'segment.key': scope.segment.key,
    'segment.name': scope.segment.name,
    'change.operation': delta.operation,
    'change.version': delta.changeVersion,
    'change.changedAt': new Date(delta.changedAt).toISOString(),
  };
  return known[source];
}

/** The fields of one member, by the mapping; a source without a value leaves its field out. Pure. */
export function applyMapping(mapping: Mapping, delta: MembershipDelta, scope: MappingScope): JsonObject {
  const fields: Record<string, Json> = {};
  const nested = new Map<string, Record<string, Json>>();
  for (const [name, source] of Object.entries(mapping)) {
    const value = valueOf(source, delta, scope);
    if (value === undefined) continue;
    const dot = name.indexOf('.');
    if (dot < 0) {
      fields[name] = value;
      continue;
    }
    const root = name.slice(0, dot);
    const group = nested.get(root) ?? {};
    group[name.slice(dot + 1)] = value;
    nested.set(root, group);
  }
  for (const [root, group] of nested) fields[root] = group;
  return fields;
}
