import type { Json, JsonObject, Masking, MaskingSettings, NormalisedMessage } from '@kohort/kernel-contracts';
import { isJsonObject } from '../json/inspect-json';
import { isRawMessage } from '../message/message-schema';
import { mapAt, mapLong, mapMembers, mapTexts, type TextMap } from './map-texts';

/** Flag of a message that something was masked in. */
export const MASKED_FLAG = 'personal_data_masked';

/** Members of a message that have a meaning of their own: who, when, what it is called. */
const LEFT_ALONE: ReadonlySet<string> = new Set([
  ...['type', 'event', 'userId', 'anonymousId', 'previousId', 'groupId', 'messageId'],
  ...['timestamp', 'originalTimestamp', 'sentAt', 'receivedAt', 'writeKey', 'channel', 'version'],
]);
const BODIES: ReadonlySet<string> = new Set(['properties', 'traits', 'context', 'integrations']);
/** Of a page or screen they become properties. */
const NAMES: ReadonlySet<string> = new Set(['name', 'category']);
/** Traits that identity goes by: no length of theirs makes them a text. */
const IDENTIFYING: ReadonlySet<string> = new Set(['email', 'phone']);

const isPlain = (value: Json): boolean => value === null || typeof value !== 'object';

class CompiledMasking implements Masking {
  private readonly paths: readonly (readonly string[])[];

  constructor(
    private readonly settings: MaskingSettings,
    private readonly mask: TextMap,
  ) {
    this.paths = settings.fields.map((field) => field.split('.'));
  }

  item(item: Json): Json {
    if (!isJsonObject(item)) return mapTexts(item, this.mask);
    if (!isRawMessage(item)) {
      return mapMembers(item, (member, key) =>
        LEFT_ALONE.has(key) && isPlain(member) ? member : mapTexts(member, this.mask),
      );
    }
    return mapMembers(item, (member, key) => {
      if (BODIES.has(key)) return this.body(key, member);
      if (NAMES.has(key)) return this.name(key, member);
      // What no store takes may yet be kept with an item that is refused.
      return LEFT_ALONE.has(key) ? member : mapTexts(member, this.mask);
    });
  }

  context(context: JsonObject): JsonObject {
    return this.object('context', context);
  }

  message(message: NormalisedMessage): NormalisedMessage {
    const properties = this.object('properties', message.properties);
    const traits = this.object('traits', message.traits);
    const context = this.object('context', message.context);
    const isSame = properties === message.properties && traits === message.traits && context === message.context;
    return isSame ? message : { ...message, properties, traits, context, flags: [...message.flags, MASKED_FLAG] };
  }

  private object(key: string, value: JsonObject): JsonObject {
    const masked = this.body(key, value);
    return isJsonObject(masked) ? masked : value;
  }

  /** The fields that are named, then what is long. */
  private body(key: string, value: Json): Json {
    const named = this.paths
      .filter(([first]) => first === key)
      .reduce((left, [, ...path]) => mapAt(left, path, this.mask), value);
    const { longTexts } = this.settings;
    if (longTexts === null) return named;
    if (key !== 'traits') return mapLong(named, longTexts, this.mask);
    return mapMembers(named, (member, own) => (IDENTIFYING.has(own) ? member : mapLong(member, longTexts, this.mask)));
  }

  private name(key: string, value: Json): Json {
    const isNamed = this.settings.fields.includes(`properties.${key}`);
    const { longTexts } = this.settings;
    return isNamed || longTexts !== null ? mapLong(value, isNamed ? 0 : (longTexts ?? 0), this.mask) : value;
  }
}

/**
 * Makes a source's settings ready: which texts of its messages are masked before anything is stored. `mask` replaces
 * personal data in a text; what was masked once is not found again.
 *
 * Shape   ids, times and names of events are left alone, and of the long texts the traits `email` and `phone`; keys are
 *         not masked
 * Cost    O(size of the message), beside what `mask` costs
 */
export function compileMasking(settings: MaskingSettings, mask: TextMap): Masking {
  return new CompiledMasking(settings, mask);
}
