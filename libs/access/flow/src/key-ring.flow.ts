import type { Clock } from '@kohort/kernel-clock-random';
import type { AccessPort, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { accessErrors, hashKey, parseKey, sameDigest, verifyKey, type Scope } from '@kohort/access-domain';

/** Somebody with a good API key. */
export interface Caller {
  readonly workspaceId: WorkspaceId;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

/** The source that a write key speaks for. */
export interface WriteOrigin {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: SourceId;
}

/** What a key ring stands on. */
export interface KeyRingParts {
  readonly access: AccessPort;
  /** Secret of the installation that digests are made under. */
  readonly pepper: Uint8Array;
  readonly clock: Clock;
  /** How long a good answer may be used again; a revoked key stops working within this time. */
  readonly cacheMs: number;
  /** How much longer a write key's answer holds while the store cannot be asked; 0 when absent. */
  readonly staleMs?: number;
}

/** Judges presented keys. Answers are remembered for `cacheMs`; refusals never are. */
export interface KeyRing {
  /**
   * Who presents this API key.
   *
   * Throws  ACCESS_KEY_MALFORMED, ACCESS_KEY_REFUSED (also for a write key: it is good for ingest only)
   */
  caller(text: string): Promise<Caller>;
  /** The same, from the store and not from memory: for streams that outlive an answer. */
  callerNow(text: string): Promise<Caller>;
  /**
   * Which source presents this write key. While the store is away, one that was known lately stays known.
   *
   * Throws  ACCESS_KEY_MALFORMED, ACCESS_KEY_REFUSED (also for an API key)
   */
  writeOrigin(text: string): Promise<WriteOrigin>;
}

/** Good keys remembered at once; the oldest go first. */
const REMEMBERED = 10_000;

class Memory<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly until: number }>();

  get(key: string, nowMs: number): T | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.until > nowMs ? entry.value : undefined;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  set(key: string, value: T, until: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, until });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= REMEMBERED) break;
      this.entries.delete(oldest);
    }
  }
}

/**
 * Makes a key ring over a store of keys. Of API keys digests, never texts, are kept in memory. Write keys are public by
 * nature: they are known by their text, for every call of a source brings one, and a digest costs more than the rest.
 */
export function keyRing(parts: KeyRingParts): KeyRing {
  const callers = new Memory<Caller>();
  const origins = new Memory<WriteOrigin>();

  const lookUpCaller = async (text: string): Promise<Caller> => {
    const parsed = parseKey(text);
    if (parsed.kind !== 'api') throw accessErrors.ACCESS_KEY_REFUSED();
    const digest = hashKey(text, parts.pepper);
    const now = parts.clock.now();
    const verified = verifyKey(await parts.access.apiKeys(parsed.workspaceId), digest, now);
    if (verified.touch) await parts.access.touchApiKey(parsed.workspaceId, verified.id, now);
    const caller = { workspaceId: parsed.workspaceId, keyId: verified.id, scopes: verified.scopes };
    callers.set(Buffer.from(digest).toString('base64'), caller, now + parts.cacheMs);
    return caller;
  };

  const lookUpOrigin = async (text: string): Promise<WriteOrigin> => {
    const parsed = parseKey(text);
    if (parsed.kind !== 'write') throw accessErrors.ACCESS_KEY_REFUSED();
    const digest = hashKey(text, parts.pepper);
    let found: SourceId | undefined;
    for (const candidate of await parts.access.writeKeys(parsed.workspaceId)) {
      if (sameDigest(candidate.digest, digest)) found ??= candidate.sourceId;
    }
    if (found === undefined) {
      origins.delete(text);
      throw accessErrors.ACCESS_KEY_REFUSED();
    }
    const origin = { workspaceId: parsed.workspaceId, sourceId: found };
    origins.set(text, origin, parts.clock.now() + parts.cacheMs);
    return origin;
  };

  /** Calls that ask for one key at the same time ask once. */
  const looking = new Map<string, Promise<WriteOrigin>>();
  const originOf = async (text: string): Promise<WriteOrigin> => {
    const now = parts.clock.now();
    const known = origins.get(text, now);
    if (known) return known;
    const look = looking.get(text) ?? lookUpOrigin(text).finally(() => looking.delete(text));
    looking.set(text, look);
    try {
      return await look;
    } catch (thrown) {
      // A refusal is an answer; anything else says that nobody could be asked.
      const stale =
        isAppError(thrown) && thrown.kind !== 'transient' ? undefined : origins.get(text, now - (parts.staleMs ?? 0));
      if (stale) return stale;
      throw thrown;
    }
  };

  const remembered = (text: string): string => Buffer.from(hashKey(text, parts.pepper)).toString('base64');
  return {
    caller: async (text) => callers.get(remembered(text), parts.clock.now()) ?? lookUpCaller(text),
    callerNow: lookUpCaller,
    writeOrigin: originOf,
  };
}
