import { execute, type ExecutionResult } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { toPublicError, type GatewayContext } from '@kohort/gateway-resolvers';
import type { MembershipChange } from '@kohort/kernel-contracts';
import type { LiveDocument } from './live-document';
import { nextEnd } from './live-message';

/** Bytes of answers that are kept for those who have not had them yet, over all workspaces. */
const MOST_KEPT = 8_388_608;
/** What an answer takes beside its own bytes. */
const KEEPING_BYTES = 400;

/** What a selection is answered with. */
export interface Asking {
  readonly schema: GraphQLSchema;
  readonly document: LiveDocument;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Name of the field that the change stands under. */
  readonly field: string;
  /** Of one workspace and of certain scopes; it belongs to nobody. */
  readonly context: GatewayContext;
}

type Answer = Buffer | Promise<Buffer>;

/** An execution as the text that a message carries. */
export function textOf(result: ExecutionResult, context: GatewayContext): string {
  if (!result.errors) return JSON.stringify({ data: result.data });
  const setting = { correlationId: context.correlationId, logger: context.services.logger };
  const errors = result.errors.map((error) => toPublicError(error, setting));
  return JSON.stringify({ data: result.data ?? null, errors });
}

/**
 * One selection on changes, for all who ask for it: it is worked out and written as bytes once, however many have asked,
 * as long as it is kept.
 */
export class SharedSelection {
  /** By place, epoch and order: it names a change as its cursor does, and nobody has to sign it. */
  private readonly byEpoch = new Map<number, Map<string, Answer>>();

  constructor(
    private readonly board: AnswerBoard,
    private readonly asking: Asking,
  ) {}

  /** The end of the messages that tell of a change. A failure is not kept. */
  of(change: MembershipChange): Answer {
    const { epoch, order } = change.place;
    const answers = this.byEpoch.get(epoch) ?? new Map<string, Answer>();
    const known = answers.get(order);
    if (known !== undefined) return known;
    this.byEpoch.set(epoch, answers);
    const answer = this.workOut(change).then(
      (text) => {
        const end = Buffer.from(nextEnd(text));
        answers.set(order, end);
        this.board.keep(answers, order, end.length + KEEPING_BYTES);
        return end;
      },
      (thrown: unknown) => {
        answers.delete(order);
        throw thrown;
      },
    );
    answers.set(order, answer);
    return answer;
  }

  private async workOut(change: MembershipChange): Promise<string> {
    const { schema, document, variables, field, context } = this.asking;
    const result = await execute({
      schema,
      document: document.answering,
      operationName: document.operationName,
      rootValue: { [field]: change },
      contextValue: { gateway: context },
      variableValues: variables,
    });
    return textOf(result, context);
  }
}

interface Kept {
  readonly answers: Map<string, Answer>;
  readonly order: string;
  readonly size: number;
}

/** Bounds what all selections keep together: the oldest answers make room. */
export class AnswerBoard {
  private readonly kept = new Set<Kept>();
  private size = 0;

  keep(answers: Map<string, Answer>, order: string, size: number): void {
    this.kept.add({ answers, order, size });
    this.size += size;
    for (const oldest of this.kept) {
      if (this.size <= MOST_KEPT) return;
      this.kept.delete(oldest);
      this.size -= oldest.size;
      oldest.answers.delete(oldest.order);
    }
  }
}
