import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import {
  ConsentInput,
  DefinePurposeResult,
  PurposeInput,
  RecordConsentResult,
  SetPurposeInput,
  SetPurposeResult,
  SuppressResult,
  SuppressionInput,
  UnsuppressResult,
  WithdrawConsentResult,
} from '@kohort/gateway-schema';
import type { ConsentState, PurposeTarget } from '@kohort/kernel-contracts';
import { definePurpose, recordConsent, setPurpose, suppressPeople, unsuppressPeople } from '@kohort/privacy-flow';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { answer, invalidInput, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';
import { parseConsent, parsePurpose, parseSuppression } from './privacy-input';

function say(context: GatewayContext, input: ConsentInput, state: ConsentState): Promise<Answer> {
  return answer('RecordedConsent', async () => {
    const { identifierType: type, identifier: value, purpose, at, basis, proof } = parseConsent(input);
    const said = { at: at ?? undefined, basis: basis ?? undefined, proof: proof ?? undefined };
    const entry = { subject: { type, value }, purpose, state, ...said };
    const { recorded } = await recordConsent(context.services.privacy, callerOf(context).workspaceId, [entry]);
    return { recorded };
  });
}

function targetOf({ segment, destination }: SetPurposeInput): PurposeTarget | null {
  if (segment != null && destination == null) return { kind: 'segment', key: segment };
  return destination != null && segment == null ? { kind: 'destination', key: destination } : null;
}

/** Consent, purposes and the suppression list. Each is harmless to repeat, with or without a key. */
@Resolver()
export class PrivacyMutationsResolver {
  @Mutation(() => RecordConsentResult, {
    description: 'A grant, as the person’s own act: it also lifts Global Privacy Control.',
  })
  @Policy('graphql:write')
  recordConsent(
    @Args('input', { type: () => ConsentInput }) input: ConsentInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return say(context, input, 'granted');
  }

  @Mutation(() => WithdrawConsentResult, { description: 'As easy as giving it; audiences owe the removal at once.' })
  @Policy('graphql:write')
  withdrawConsent(
    @Args('input', { type: () => ConsentInput }) input: ConsentInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return say(context, input, 'withdrawn');
  }

  @Mutation(() => DefinePurposeResult, { description: 'Adds a purpose, or says anew what one is called.' })
  @Policy('graphql:write')
  definePurpose(
    @Args('input', { type: () => PurposeInput }) input: PurposeInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Purpose', () =>
      definePurpose(context.services.privacy, callerOf(context).workspaceId, parsePurpose(input)),
    );
  }

  @Mutation(() => SetPurposeResult, {
    description: 'What a segment or a destination is for. Who has not consented to it leaves the audiences.',
  })
  @Policy('graphql:write')
  async setPurpose(
    @Args('input', { type: () => SetPurposeInput }) input: SetPurposeInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const target = targetOf(input);
    if (target === null) {
      return invalidInput('GATEWAY_INPUT_INVALID', [{ path: 'segment', message: 'name a segment or a destination' }]);
    }
    const purpose = input.purpose ?? null;
    return answer('PurposeSet', async () => {
      await setPurpose(context.services.privacy, callerOf(context).workspaceId, { target, purpose });
      return { purpose };
    });
  }

  @Mutation(() => SuppressResult, {
    description:
      'Nothing that names these people is taken in any more; memberships end and audiences owe their removal.',
  })
  @Policy('graphql:write')
  suppress(
    @Args('input', { type: () => SuppressionInput }) input: SuppressionInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Suppression', () =>
      suppressPeople(context.services.privacy, callerOf(context).workspaceId, parseSuppression(input)),
    );
  }

  @Mutation(() => UnsuppressResult, { description: 'What comes from now on is taken in again.' })
  @Policy('graphql:write')
  unsuppress(
    @Args('input', { type: () => SuppressionInput }) input: SuppressionInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Unsuppression', () =>
      unsuppressPeople(context.services.privacy, callerOf(context).workspaceId, parseSuppression(input)),
    );
  }
}
