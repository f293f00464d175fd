import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { CreateListResult, EditListInput, EditListResult } from '@kohort/gateway-schema';
import { keySchema } from '@kohort/kernel-contracts';
import { knownPurpose } from '@kohort/privacy-flow';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { gatewayErrors } from '../errors/gateway.errors';
import { answer, invalidInput, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';

/** People of one edit. */
const MOST_PEOPLE = 1_000;

/** Nobody is in a list by rule. */
const NOBODY = { version: 1, entity: 'profile', where: { any: [] } };

/** Segments whose members are named, not computed. */
@Resolver()
export class ListMutationsResolver {
  @Mutation(() => CreateListResult, {
    description:
      'Makes an empty list. A list of whom a rule selects now: createSegment with kind LIST and that rule, then publishSegment.',
  })
  @Policy('graphql:write')
  async createList(
    @Args('key') key: string,
    @Args('name') name: string,
    @Args('purpose', { type: () => String, nullable: true }) purpose: string | null,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const checked = keySchema.safeParse(key);
    if (!checked.success) {
      return invalidInput('GATEWAY_INPUT_INVALID', [{ path: 'key', message: checked.error.issues[0]?.message ?? '' }]);
    }
    const verdict = context.services.rules.check(NOBODY);
    if (!verdict.valid) return invalidInput('GATEWAY_RULE_INVALID', verdict.issues);
    return answer('Segment', async () => {
      const { workspaceId, keyId: author } = callerOf(context);
      const known = await knownPurpose(context.services.privacy, workspaceId, purpose ?? null);
      const list = { key: checked.data, name, kind: 'list', purpose: known, description: '', tags: [], author };
      const segment = { ...list, rule: verdict.rule, ruleHash: verdict.hash };
      return (await context.commands.createSegment(segment, idempotencyKey ?? null)).record;
    });
  }

  @Mutation(() => EditListResult, {
    description: 'Adds people to a list and takes people off it; segments that refer to it follow.',
  })
  @Policy('graphql:write')
  async editList(
    @Args('key') key: string,
    @Args('input', { type: () => EditListInput }) input: EditListInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const [add, remove] = [input.add ?? [], input.remove ?? []];
    return answer('ListEdit', async () => {
      if (add.length + remove.length > MOST_PEOPLE) throw gatewayErrors.GATEWAY_LIST_TOO_LONG({ limit: MOST_PEOPLE });
      const edit = { key, add, remove, identifierType: input.identifierType ?? 'user_id', cause: 'edit' as const };
      const { added, removed, unresolved } = await context.services.lists.edit(callerOf(context).workspaceId, edit);
      return { added, removed, unresolved, segment: await context.loaders.segmentByKey.load(key) };
    });
  }
}
