import { Args, Context, Int, Mutation, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import {
  ArchiveSegmentResult,
  DiscardSegmentVersionResult,
  RollbackSegmentResult,
  CreateSegmentInput,
  CreateSegmentResult,
  DescribeSegmentInput,
  DescribeSegmentResult,
  JsonScalar,
  PublishSegmentResult,
  ScheduleSegmentResult,
  UpdateSegmentResult,
} from '@kohort/gateway-schema';
import { keySchema, type Json, type RuleVerdict, type SegmentWords } from '@kohort/kernel-contracts';
import { knownPurpose } from '@kohort/privacy-flow';
import { refuseCircle } from '@kohort/segments-flow';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { Policy } from '../context/policy';
import { answer, invalidInput, type Answer } from '../errors/results';
import { IdempotencyKey } from './mutation-args';

const wordsSchema = z.object({
  name: z.string().trim().min(1).max(200).nullish(),
  description: z.string().max(2_000).nullish(),
  tags: z.array(z.string().trim().min(1).max(50)).max(20).nullish(),
});

const minutesSchema = z.int().min(1).max(43_200).nullable();

/** What was said of a segment, checked: tags each once, in order. */
function wordsOf(input: DescribeSegmentInput): { words: SegmentWords } | { refusal: Answer } {
  const parsed = wordsSchema.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return { refusal: invalidInput('GATEWAY_INPUT_INVALID', issues) };
  }
  const { name, description, tags } = parsed.data;
  const words = {
    ...(name == null ? {} : { name }),
    ...(description == null ? {} : { description }),
    ...(tags == null ? {} : { tags: [...new Set(tags)].sort() }),
  };
  return { words };
}

function checked(context: GatewayContext, rule: unknown): RuleVerdict {
  return context.services.rules.check(rule as Json);
}

/** Refuses a rule that would name itself through others that serve, or are being filled; drafts of others do not count. */
async function refuseCircleBeside(context: GatewayContext, key: string, rule: Json): Promise<void> {
  const segments = await context.reader.segments.rulesToServe();
  refuseCircle({ key, rule }, { segments });
}

async function refuseCircleOf(context: GatewayContext, key: string, version: number | null): Promise<void> {
  const segment = await context.loaders.segmentByKey.load(key);
  if (!segment) return;
  const { versions, version: one } = context.reader.segments;
  const found =
    version === null
      ? (await versions(segment.id, { first: 1, after: null })).items[0]?.node
      : await one(segment.id, version);
  if (found) await refuseCircleBeside(context, key, found.rule);
}

/** Draft → publish → archive. A published version is served once its back-fill is complete. */
@Resolver()
export class SegmentMutationsResolver {
  @Mutation(() => CreateSegmentResult, { description: 'Makes a draft with version 1.' })
  @Policy('graphql:write')
  async createSegment(
    @Args('input', { type: () => CreateSegmentInput }) input: CreateSegmentInput,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const key = keySchema.safeParse(input.key);
    if (!key.success) {
      return invalidInput('GATEWAY_INPUT_INVALID', [{ path: 'key', message: key.error.issues[0]?.message ?? '' }]);
    }
    const said = wordsOf(input);
    if ('refusal' in said) return said.refusal;
    const { name = input.name, description = '', tags = [] } = said.words;
    const verdict = checked(context, input.rule);
    if (!verdict.valid) return invalidInput('GATEWAY_RULE_INVALID', verdict.issues);
    return answer('Segment', async () => {
      const { workspaceId } = callerOf(context);
      const purpose = await knownPurpose(context.services.privacy, workspaceId, input.purpose ?? null);
      const { rule, hash: ruleHash } = verdict;
      const words = { name, description, tags };
      const author = callerOf(context).keyId;
      await refuseCircleBeside(context, key.data, rule);
      const segment = { key: key.data, kind: input.kind, ...words, purpose, rule, ruleHash, author };
      return (await context.commands.createSegment(segment, idempotencyKey ?? null)).record;
    });
  }

  @Mutation(() => UpdateSegmentResult, {
    description: 'Adds a version; the live one goes on serving until the new one is published.',
  })
  @Policy('graphql:write')
  async updateSegment(
    @Args('key') key: string,
    @Args('rule', { type: () => JsonScalar }) rule: unknown,
    @Args('afterVersion', {
      type: () => Int,
      nullable: true,
      description: 'Only when this is the latest version; a conflict when somebody has added another since.',
    })
    afterVersion: number | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const verdict = checked(context, rule);
    if (!verdict.valid) return invalidInput('GATEWAY_RULE_INVALID', verdict.issues);
    // The same rule again is the same version, so that a repeat is harmless with or without a key.
    return answer('Segment', async () => {
      await refuseCircleBeside(context, key, verdict.rule);
      return context.commands.draftSegmentVersion(key, {
        rule: verdict.rule,
        ruleHash: verdict.hash,
        author: callerOf(context).keyId,
        afterVersion,
      });
    });
  }

  @Mutation(() => DescribeSegmentResult, { description: 'Changes what people call a segment, not who is in it.' })
  @Policy('graphql:write')
  async describeSegment(
    @Args('key') key: string,
    @Args('input', { type: () => DescribeSegmentInput }) input: DescribeSegmentInput,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const said = wordsOf(input);
    if ('refusal' in said) return said.refusal;
    return answer('Segment', () => context.commands.describeSegment(key, said.words));
  }

  @Mutation(() => ScheduleSegmentResult, {
    description:
      'Counts a ranking or a predicate (top, sql) anew every so many minutes (1 to 43,200) and after each import; null: only when it is published again.',
  })
  @Policy('graphql:write')
  async scheduleSegment(
    @Args('key') key: string,
    @Args('everyMinutes', { type: () => Int, nullable: true }) everyMinutes: number | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const minutes = minutesSchema.safeParse(everyMinutes ?? null);
    if (!minutes.success) {
      return invalidInput('GATEWAY_INPUT_INVALID', [
        { path: 'everyMinutes', message: 'it must be 1 to 43,200, or null' },
      ]);
    }
    if (minutes.data !== null) {
      const found = await context.loaders.segmentByKey.load(key);
      const versions = found ? (await context.reader.segments.versions(found.id, { first: 1, after: null })).items : [];
      if (versions.length > 0 && !versions.some(({ node }) => context.services.rules.isCounted(node.rule))) {
        return invalidInput('GATEWAY_INPUT_INVALID', [
          { path: 'everyMinutes', message: 'its rule has no top and no sql: it is live and never counted' },
        ]);
      }
    }
    return answer('Segment', () => context.commands.scheduleSegment(key, minutes.data));
  }

  @Mutation(() => PublishSegmentResult, { description: 'Computes a version for everybody, then serves it.' })
  @Policy('graphql:write')
  publishSegment(
    @Args('key') key: string,
    @Args('version', { type: () => Int, nullable: true, description: 'The latest when absent.' })
    version: number | null,
    @Args('release', {
      type: () => Boolean,
      nullable: true,
      description: 'Serve it even if it takes more than 30 % out of the segment, or empties it.',
    })
    release: boolean | null,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const target = { key, version: version ?? null, released: release ?? false };
    return answer('Job', async () => {
      await refuseCircleOf(context, key, target.version);
      return context.commands.publishSegment(target, idempotencyKey ?? null);
    });
  }

  @Mutation(() => RollbackSegmentResult, {
    description: 'Lets a version that has served before serve again, once it is evaluated anew for everybody.',
  })
  @Policy('graphql:write')
  rollbackSegment(
    @Args('key') key: string,
    @Args('toVersion', { type: () => Int }) version: number,
    @Args('release', {
      type: () => Boolean,
      nullable: true,
      description: 'Serve it even if it takes more than 30 % out of the segment, or empties it.',
    })
    release: boolean | null,
    @IdempotencyKey() idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    const target = { key, version, released: release ?? false };
    return answer('Job', async () => {
      await refuseCircleOf(context, key, target.version);
      return context.commands.rollbackSegment(target, idempotencyKey ?? null);
    });
  }

  @Mutation(() => DiscardSegmentVersionResult, { description: 'Gives a held version up; the old one goes on serving.' })
  @Policy('graphql:write')
  discardSegmentVersion(
    @Args('key') key: string,
    @Args('version', { type: () => Int, nullable: true, description: 'Whichever is held when absent.' })
    version: number | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Segment', () => context.commands.discardSegmentVersion(key, version ?? null));
  }

  @Mutation(() => ArchiveSegmentResult, {
    description: 'Serves nobody any more; everybody is taken out, and destinations are owed the removals.',
  })
  @Policy('graphql:write')
  archiveSegment(
    @Args('key') key: string,
    @Args('release', {
      type: () => Boolean,
      nullable: true,
      description: 'Archive it even if rules of other segments that serve name it: nobody is in it for them any more.',
    })
    release: boolean | null,
    @IdempotencyKey() _idempotencyKey: string | null,
    @Context('gateway') context: GatewayContext,
  ): Promise<Answer> {
    return answer('Segment', () => context.commands.archiveSegment(key, { released: release ?? false }));
  }
}
