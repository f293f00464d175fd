import {
  readShape,
  type HttpRequest,
  type JsonObject,
  type MembershipDelta,
  type SyncOperation,
  type SyncStage,
} from '@kohort/kernel-contracts';
import type { z } from 'zod';
import { classifyStatus, type ErrorClass } from './error-classes';
import { fingerprint, memberKey, requestKey } from './keys';
import { applyMapping, type Mapping } from './mapping';
import type { PluginHost, Reply } from './plugin-host';

/** What an action knows of the page it works on. Nothing in it differs between two tries of the same page. */
export interface ActionContext<S> {
  readonly settings: S;
  readonly workspaceId: string;
  readonly destinationId: string;
  readonly syncId: string;
  readonly segment: { readonly id: string; readonly key: string; readonly name: string };
  readonly runId: string;
  readonly runStartedAt: number;
  readonly sequence: number;
  readonly mapping: Mapping;
}

/** One change after the mapping; `fields` has passed the action's schema. */
export interface MappedMember<F> {
  readonly key: string;
  readonly profileId: string;
  readonly operation: SyncOperation;
  readonly changeVersion: number;
  readonly changedAt: number;
  readonly fields: F;
}

/** A record that cannot be sent, and why; never with the value itself. */
export interface Rejection {
  readonly rejected: true;
  readonly code: string;
  readonly message: string;
}

/** One member ready to be put in a request; `item` is what the connector made of it. */
export interface PreparedMember<I> {
  readonly key: string;
  readonly profileId: string;
  readonly operation: SyncOperation;
  readonly changeVersion: number;
  readonly changedAt: number;
  readonly item: I;
}

/** What a reply means. Members that are not named in `rejected` or `retry` are accepted. */
export type Interpretation =
  | {
      readonly ok: true;
      readonly rejected?: ReadonlyMap<string, { readonly code: string; readonly message: string }>;
      readonly retry?: ReadonlySet<string>;
    }
  | {
      readonly ok: false;
      readonly class: ErrorClass;
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/** One request of a page: some of its members and the call that carries them. */
export interface Built<I, C> {
  readonly members: readonly PreparedMember<I>[];
  readonly call: C;
}

/** How an action is written: four functions, of which only `send` touches the machine, and only through the host. */
export interface ActionDefinition<S, F extends z.ZodObject, I, C> {
  readonly key: string;
  readonly title: string;
  readonly operations: readonly SyncOperation[];
  readonly fields: F;
  /** Of these fields at least one must have a value, or the record has no identifier here. */
  readonly identifiers: readonly string[];
  readonly defaultMapping: Mapping;
  prepare(member: MappedMember<z.output<F>>, context: ActionContext<S>): I | Rejection;
  /** `key` is the idempotency key of a request with these members. */
  build(
    members: readonly PreparedMember<I>[],
    context: ActionContext<S>,
    key: (members: readonly PreparedMember<I>[]) => string,
  ): readonly Built<I, C>[];
  send(call: C, context: ActionContext<S>, host: PluginHost): Promise<Reply>;
  interpret(reply: Reply, built: Built<I, C>, context: ActionContext<S>): Interpretation;
}

/** A prepared member as the host sees it. */
export interface MemberRef {
  readonly key: string;
  readonly profileId: string;
  readonly operation: SyncOperation;
  readonly changeVersion: number;
  readonly fingerprint: string;
}

/** A change that went no further than preparation. */
export interface RejectedDelta extends Rejection {
  readonly delta: MembershipDelta;
  readonly stage: SyncStage;
}

/** A request that can be sent, as often as needed, without knowing what is in it. */
export interface BuiltRequest {
  readonly key: string;
  readonly members: readonly MemberRef[];
  send(host: PluginHost): Promise<Reply>;
  interpret(reply: Reply): Interpretation;
}

/** A page after preparation: what was refused, what can be sent, and requests for any part of it. */
export interface OpenedPage {
  readonly rejections: readonly RejectedDelta[];
  readonly members: readonly MemberRef[];
  build(members: readonly MemberRef[]): readonly BuiltRequest[];
}

/** A page of changes, with what the action needs to prepare them. */
export interface OpenInput<S> {
  readonly context: ActionContext<S>;
  readonly changes: readonly MembershipDelta[];
}

/** An action as the host uses it: the connector's own types stay inside. */
export interface Action<S> {
  readonly key: string;
  readonly title: string;
  readonly operations: readonly SyncOperation[];
  readonly fields: z.ZodObject;
  readonly identifiers: readonly string[];
  readonly defaultMapping: Mapping;
  open(input: OpenInput<S>): OpenedPage;
}

function isRejection(value: unknown): value is Rejection {
  return typeof value === 'object' && value !== null && 'rejected' in value && value.rejected === true;
}

/** Says that a record cannot be sent. `message` names the field and the rule, never the value. */
export function reject(code: string, message: string): Rejection {
  return { rejected: true, code, message };
}

/** Closes an action over its types, so that the host can hold actions of all connectors in one list. */
export function defineAction<S, F extends z.ZodObject, I, C>(definition: ActionDefinition<S, F, I, C>): Action<S> {
  return {
    key: definition.key,
    title: definition.title,
    operations: definition.operations,
    fields: definition.fields,
    identifiers: definition.identifiers,
    defaultMapping: definition.defaultMapping,
    open: (input) => openPage(definition, input),
  };
}

function prepareOne<S, F extends z.ZodObject, I, C>(
  definition: ActionDefinition<S, F, I, C>,
  input: OpenInput<S>,
  delta: MembershipDelta,
): PreparedMember<I> | RejectedDelta {
  const { context } = input;
  const raw: JsonObject = applyMapping(context.mapping, delta, context);
  if (!definition.identifiers.some((name) => raw[name] !== undefined && raw[name] !== null && raw[name] !== ''))
    return {
      ...reject('NO_IDENTIFIER', `none of ${definition.identifiers.join(', ')} has a value`),
      delta,
      stage: 'segment',
    };
  const parsed = readShape(definition.fields, raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ...reject('FIELD_INVALID', issue ? `${issue.path.join('.')}: ${issue.code}` : 'fields'),
      delta,
      stage: 'identified',
    };
  }
  const key = memberKey({
    destinationId: context.destinationId,
    segmentId: context.segment.id,
    profileId: delta.profileId,
    changeVersion: delta.changeVersion,
  });
  const { profileId, operation, changeVersion, changedAt } = delta;
  const member = { key, profileId, operation, changeVersion, changedAt };
  const item = definition.prepare({ ...member, fields: parsed.data }, context);
  return isRejection(item) ? { ...item, delta, stage: 'identified' } : { ...member, item };
}

function openPage<S, F extends z.ZodObject, I, C>(
  definition: ActionDefinition<S, F, I, C>,
  input: OpenInput<S>,
): OpenedPage {
  const prepared = new Map<string, PreparedMember<I>>();
  const rejections: RejectedDelta[] = [];
  for (const delta of input.changes) {
    const one = prepareOne(definition, input, delta);
    if ('rejected' in one) rejections.push(one);
    else prepared.set(one.key, one);
  }
  const refs = new Map<string, MemberRef>();
  for (const { item, key, profileId, operation, changeVersion } of prepared.values())
    refs.set(key, { key, profileId, operation, changeVersion, fingerprint: fingerprint(item) });
  const keyOf = (members: readonly PreparedMember<I>[]): string => requestKey(members.map((member) => member.key));
  return {
    rejections,
    members: [...refs.values()],
    build(members) {
      const chosen = members.flatMap((member) => prepared.get(member.key) ?? []);
      return definition.build(chosen, input.context, keyOf).map((built) => ({
        key: keyOf(built.members),
        members: built.members.flatMap((member) => refs.get(member.key) ?? []),
        send: (host) => definition.send(built.call, input.context, host),
        interpret: (reply) => definition.interpret(reply, built, input.context),
      }));
    },
  };
}

/**
 * `send` for connectors that speak plain HTTP. `authorize` adds credentials and signatures just before each try, so that
 * a built call never holds a secret. Pure.
 */
export function sendHttp<S>(
  authorize: (call: HttpRequest, context: ActionContext<S>, nowMs: number) => HttpRequest = (call) => call,
): (call: HttpRequest, context: ActionContext<S>, host: PluginHost) => Promise<Reply> {
  return (call, context, host) => host.http.send(authorize(call, context, host.clock.now()), host.signal);
}

/** `interpret` for connectors whose status tells all: 2xx accepts every member. */
export function interpretStatus(reply: Reply): Interpretation {
  const failed = classifyStatus(reply.status);
  if (failed === null) return { ok: true };
  return {
    ok: false,
    class: failed,
    code: `HTTP_${reply.status}`,
    message: `the destination answered ${reply.status}`,
  };
}
