import { RE2JS } from 're2js';
import type { Identifier, IdentifierRule, IdentityRules, LimitPeriod } from '@kohort/kernel-contracts';
import { isBlockedIdentifier } from './blocked-values';
import { normaliseIdentifier } from './normalise-identifier';

/** The bridge of an alias. */
export const BRIDGE = 'previous_id';

const DAY_MS = 86_400_000;
/** The epoch was a Thursday; weeks begin on Monday. */
const MONDAY_OFFSET_DAYS = 3;

/** The span of time that an instant lies in: one number a UTC day, ISO week or month; 0 for ever. */
function spanOf(at: number, period: LimitPeriod): number {
  if (period === 'ever') return 0;
  if (period === 'month') {
    const date = new Date(at);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  }
  const days = Math.floor(at / DAY_MS);
  return period === 'day' ? days : Math.floor((days + MONDAY_OFFSET_DAYS) / 7);
}

/** Rules made ready to be asked. */
export class CompiledRules {
  private readonly ranks: ReadonlyMap<string, number>;
  private readonly byType: ReadonlyMap<string, IdentifierRule>;
  private readonly blocked: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly patterns: ReadonlyMap<string, readonly RE2JS[]>;
  /** Whether some type has a limit. */
  readonly hasLimits: boolean;
  /** Whether identifiers are read from the events' context. */
  readonly readsContext: boolean;
  readonly types: readonly string[];

  constructor(readonly rules: IdentityRules) {
    this.types = rules.identifiers.map(({ type }) => type);
    this.ranks = new Map(this.types.map((type, rank) => [type, rank]));
    this.byType = new Map(rules.identifiers.map((rule) => [rule.type, rule]));
    this.blocked = new Map(
      rules.identifiers.map((rule) => [
        rule.type,
        new Set(rule.blockedValues.map((value) => normaliseIdentifier(rule, value) ?? value)),
      ]),
    );
    this.patterns = new Map(
      rules.identifiers.map(({ type, blockedPatterns }) => [type, blockedPatterns.map((text) => RE2JS.compile(text))]),
    );
    this.hasLimits = rules.identifiers.some(({ limit }) => limit !== null);
    this.readsContext = this.types.some((type) => type !== 'user_id' && type !== 'anonymous_id');
  }

  /** Place in the order of priority, 0 first; a bridge comes last. */
  rankOf(type: string): number {
    return this.ranks.get(type) ?? this.types.length;
  }

  /**
   * The value as it is stored and compared; null for a type without a rule, for a value that is blocked or many people's,
   * and for one that is not of its type's form. A bridge follows the rule of user ids.
   */
  accept(type: string, raw: unknown): Identifier | null {
    if (typeof raw !== 'string') return null;
    const governing = type === BRIDGE ? 'user_id' : type;
    const rule = this.byType.get(governing);
    if (type !== BRIDGE && (!rule || !rule.unique)) return null;
    const value = normaliseIdentifier(rule ?? { type: governing, caseSensitive: true }, raw);
    if (value === null) return null;
    if (this.rules.blockDefaults && isBlockedIdentifier(value, governing)) return null;
    if (this.blocked.get(governing)?.has(value)) return null;
    if (this.patterns.get(governing)?.some((pattern) => pattern.matches(value))) return null;
    return { type, value };
  }

  /** The limit that a value of this type first seen at this time counts against; null when there is none. */
  limitKeyOf(type: string, firstSeenAt: number): string | null {
    const limit = this.byType.get(type)?.limit;
    return limit ? `${type}\u0000${spanOf(firstSeenAt, limit.period)}` : null;
  }

  /** How many values a key allows. */
  limitOf(key: string): number {
    return this.byType.get(key.slice(0, key.indexOf('\u0000')))?.limit?.count ?? Infinity;
  }

  /** What is done about values that link too many. */
  get risk(): IdentityRules['risk'] {
    return this.rules.risk;
  }
}
