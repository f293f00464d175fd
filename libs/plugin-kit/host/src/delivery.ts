import { isAppError } from '@kohort/kernel-errors';
import type { DeliveryOutcome, DeliveryStop, MemberVerdict, ProfileId } from '@kohort/kernel-contracts';
import type { BuiltRequest, ErrorClass, Interpretation, MemberRef, OpenedPage, Reply } from '@kohort/plugin-kit-sdk';
import { retryAfterOf } from './retry-after';

/** How one request is sent; throws only what ends the whole delivery (fence lost, a bug of ours). */
export interface Sending {
  send(request: BuiltRequest): Promise<Reply>;
  now(): number;
  scrub(message: string): string;
  stopped(): boolean;
  profileId(member: MemberRef): ProfileId;
  readonly maxRequests: number;
}

type Failure = Extract<Interpretation, { ok: false }>;
type Tried =
  | { readonly kind: 'settled' }
  | { readonly kind: 'bad-record'; readonly failure: Failure }
  | { readonly kind: 'stopped' };

const WAITS: ReadonlySet<ErrorClass> = new Set(['retry', 'not_ready', 'rate_limit']);

/**
 * Delivers one prepared page and finds out what became of each member. A refusal of a whole request for a record's sake
 * is narrowed down: halves are sent until the record stands alone, and what was never sent for its sake goes out in one
 * request at the end.
 *
 * Cost   for one bad record among n of one request: at most log₂ n + 3 requests
 */
export class PageDelivery {
  private readonly verdicts = new Map<string, MemberVerdict>();
  private stop: DeliveryStop | null = null;
  private requests = 0;

  constructor(
    private readonly page: OpenedPage,
    private readonly sending: Sending,
  ) {}

  async run(): Promise<DeliveryOutcome> {
    await this.sendAll(this.page.members);
    for (const member of this.page.members)
      if (!this.verdicts.has(member.key))
        this.settle(member, { fate: 'retry', stage: 'valid', code: 'NOT_TRIED', countsAsAttempt: false });
    return { verdicts: [...this.verdicts.values()], stop: this.stop, requests: this.requests };
  }

  private settle(
    member: MemberRef,
    verdict: Pick<MemberVerdict, 'fate' | 'stage'> & Partial<Omit<MemberVerdict, 'fate' | 'stage'>>,
  ): void {
    this.verdicts.set(member.key, {
      profileId: this.sending.profileId(member),
      operation: member.operation,
      changeVersion: member.changeVersion,
      code: null,
      retryAfterMs: null,
      countsAsAttempt: true,
      fingerprint: member.fingerprint,
      ...verdict,
      message: verdict.message == null ? null : this.sending.scrub(verdict.message),
    });
  }

  private async sendAll(members: readonly MemberRef[]): Promise<void> {
    if (members.length === 0) return;
    for (const request of this.page.build(members)) {
      const tried = await this.try(request);
      if (tried.kind === 'stopped') return;
      if (tried.kind === 'bad-record') await this.narrow(request.members, tried.failure);
      if (this.stop) return;
    }
  }

  /** Sends a part of a request that was refused as a whole; a part is small enough for one request. */
  private async tryPart(members: readonly MemberRef[]): Promise<Tried> {
    let result: Tried = { kind: 'settled' };
    for (const request of this.page.build(members)) {
      const tried = await this.try(request);
      if (tried.kind === 'stopped') return tried;
      if (tried.kind === 'bad-record') result = tried;
    }
    return result;
  }

  private async narrow(members: readonly MemberRef[], failure: Failure): Promise<void> {
    const only = members[0];
    if (members.length === 1 && only) return this.refuse(only, failure);
    if (failure.class === 'split') {
      const half = Math.ceil(members.length / 2);
      await this.sendAll(members.slice(0, half));
      if (!this.stop) await this.sendAll(members.slice(half));
      return;
    }
    const spared = await this.findOne(members, failure);
    if (!this.stop) await this.sendAll(spared);
  }

  /** Finds one bad record and returns the members that were not sent meanwhile. */
  private async findOne(members: readonly MemberRef[], failure: Failure): Promise<readonly MemberRef[]> {
    const spared: MemberRef[] = [];
    let suspects = members;
    let known: Failure | null = failure;
    while (suspects.length > 1) {
      const half = Math.ceil(suspects.length / 2);
      const left = suspects.slice(0, half);
      const tried = await this.tryPart(left);
      if (tried.kind === 'stopped') return spared;
      if (tried.kind === 'bad-record') {
        spared.push(...suspects.slice(half));
        suspects = left;
        known = tried.failure;
      } else {
        suspects = suspects.slice(half);
        known = null;
      }
    }
    const last = suspects[0];
    if (!last) return spared;
    if (known) this.refuse(last, known);
    else {
      const tried = await this.tryPart([last]);
      if (tried.kind === 'bad-record') this.refuse(last, tried.failure);
    }
    return spared;
  }

  private refuse(member: MemberRef, failure: Failure): void {
    this.settle(member, { fate: 'rejected', stage: 'sent', code: failure.code, message: failure.message });
  }

  private async try(request: BuiltRequest): Promise<Tried> {
    if (this.sending.stopped() || this.stop) return { kind: 'stopped' };
    if (this.requests >= this.sending.maxRequests) {
      this.stop = {
        action: 'wait',
        code: 'ISOLATION_BUDGET',
        message: 'too many requests for one page; the rest is tried in the next run',
        retryAfterMs: null,
      };
      return { kind: 'stopped' };
    }
    this.requests += 1;
    let reply: Reply;
    try {
      reply = await this.sending.send(request);
    } catch (thrown) {
      return this.withoutReply(request, thrown);
    }
    return this.read(request, reply);
  }

  private withoutReply(request: BuiltRequest, thrown: unknown): Tried {
    if (!isAppError(thrown)) throw thrown;
    const delivered = thrown.details['delivered'];
    if (delivered !== 'no' && delivered !== 'unknown') throw thrown;
    for (const member of request.members)
      this.settle(member, {
        fate: delivered === 'no' ? 'retry' : 'unknown',
        stage: delivered === 'no' ? 'valid' : 'sent',
        code: thrown.code,
        message: thrown.publicMessage,
        retryAfterMs: thrown.afterMs ?? null,
        countsAsAttempt: thrown.kind !== 'cancelled',
      });
    this.stop = {
      action: thrown.kind === 'configuration' ? 'pause' : 'wait',
      code: thrown.code,
      message: this.sending.scrub(thrown.publicMessage),
      retryAfterMs: thrown.afterMs ?? null,
    };
    return { kind: 'stopped' };
  }

  private read(request: BuiltRequest, reply: Reply): Tried {
    const meaning = request.interpret(reply);
    if (meaning.ok) {
      for (const member of request.members) {
        const refused = meaning.rejected?.get(member.key);
        if (refused) this.settle(member, { fate: 'rejected', stage: 'sent', ...refused });
        else if (meaning.retry?.has(member.key))
          this.settle(member, { fate: 'retry', stage: 'sent', code: 'DESTINATION_SAYS_LATER' });
        else this.settle(member, { fate: 'accepted', stage: 'accepted' });
      }
      return { kind: 'settled' };
    }
    if (meaning.class === 'record' || meaning.class === 'split') return { kind: 'bad-record', failure: meaning };
    const waits = WAITS.has(meaning.class);
    const retryAfterMs = meaning.retryAfterMs ?? retryAfterOf(reply.headers, this.sending.now());
    for (const member of request.members)
      this.settle(member, {
        fate: 'retry',
        stage: 'sent',
        code: meaning.code,
        message: meaning.message,
        retryAfterMs: waits ? retryAfterMs : null,
        countsAsAttempt: waits && meaning.class !== 'rate_limit',
      });
    this.stop = {
      action: waits ? 'wait' : 'pause',
      code: meaning.code,
      message: this.sending.scrub(meaning.message),
      retryAfterMs: waits ? retryAfterMs : null,
    };
    return { kind: 'stopped' };
  }
}
