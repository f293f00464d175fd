import { z } from 'zod';
import { readShape, type Identifier, type UnassignedEvent } from '@kohort/kernel-contracts';
import { compareCodePoints } from '../compare-code-points';
import { BRIDGE, type CompiledRules } from './compile-rules';

const text = z.string().optional().catch(undefined);
const part = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
/** The places in a message's context where the Segment spec puts identifiers; whatever has another form is passed over. */
const contextSchema = z.object({
  device: part(z.object({ id: text, advertisingId: text, token: text, type: text })),
  os: part(z.object({ name: text })),
  traits: part(z.object({ email: text, phone: text })),
  externalIds: part(z.array(z.object({ id: text, type: text, collection: text }).catch({})).max(100)),
});

type Add = (type: string, value: unknown) => void;

function addDevice(context: z.infer<typeof contextSchema>, add: Add): void {
  const { device, os } = context;
  const system = (device?.type ?? os?.name ?? '').toLowerCase();
  const kind = system === 'ios' || system === 'ipados' ? 'ios' : system === 'android' ? 'android' : null;
  if (!device || kind === null) return;
  add(`${kind}.id`, device.id);
  add(`${kind}.idfa`, device.advertisingId);
  add(`${kind}.push_token`, device.token);
}

function addFromContext(event: UnassignedEvent, add: Add): void {
  const read = readShape(contextSchema, event.context ?? {});
  if (!read.success) return;
  add('email', read.data.traits?.email);
  add('phone', read.data.traits?.phone);
  addDevice(read.data, add);
  for (const { id, type, collection } of read.data.externalIds ?? []) {
    if (type !== undefined && type !== BRIDGE && (collection ?? 'users') === 'users') add(type, id);
  }
}

/** One key a distinct identifier. Types have no NUL in them. */
export const identifierKey = ({ type, value }: Identifier): string => `${type}\u0000${value}`;

function byPriority(rules: CompiledRules): (a: Identifier, b: Identifier) => number {
  return (a, b) => rules.rankOf(a.type) - rules.rankOf(b.type) || compareCodePoints(a.value, b.value);
}

/**
 * The identifiers of an event in order of priority; none when it names nobody. The event counts for the person of the
 * first, which the others join. An alias joins its user id with whatever carries its previous id. A group call joins
 * nothing: it counts for its user id, else for its anonymous id.
 */
export function identifiersOfEvent(event: UnassignedEvent, rules: CompiledRules): readonly Identifier[] {
  const found: Identifier[] = [];
  const add: Add = (type, raw) => {
    const identifier = rules.accept(type, raw);
    if (identifier && !found.some((one) => identifierKey(one) === identifierKey(identifier))) found.push(identifier);
  };
  add('user_id', event.userId);
  if (event.type === 'group') {
    if (found.length === 0) add('anonymous_id', event.anonymousId);
    return found;
  }
  add('anonymous_id', event.anonymousId);
  if (rules.readsContext) {
    add('email', event.traits['email']);
    add('phone', event.traits['phone']);
    addFromContext(event, add);
  }
  if (found.length === 0) return found;
  found.sort(byPriority(rules));
  if (event.type === 'alias') add(BRIDGE, event.previousId);
  return found;
}

/**
 * The identifiers on the other side of an alias's bridge: a previous id joins the user id and the anonymous id of the
 * same value wherever they exist, and they join it.
 */
export function bridgesOf({ type, value }: Identifier): readonly Identifier[] {
  if (type === BRIDGE)
    return [
      { type: 'user_id', value },
      { type: 'anonymous_id', value },
    ];
  return type === 'user_id' || type === 'anonymous_id' ? [{ type: BRIDGE, value }] : [];
}
