import { refuseUnits, type ImportBatch, type ImportUnit } from '@kohort/ingest-domain';
import type { NormalisedMessage } from '@kohort/kernel-contracts';
import { namesOfMessage, phoneForms } from '@kohort/privacy-domain';
import type { GatewayClient } from './gateway-client';

/** Identifiers of one question; the API takes no more. */
const AT_ONCE = 500;
/** Answers that are remembered: files name the same people over and over. */
const REMEMBERED = 500_000;

const ASK = 'query ($of: [PersonIdentifierInput!]!) { areSuppressed(identifiers: $of) }';

interface Asked {
  readonly type: string;
  readonly value: string;
}

/** What is asked of a message: as the door would, telephone numbers with the country that the message says. */
function askedOf(message: NormalisedMessage): Asked[] {
  const { identifiers, country } = namesOfMessage(message);
  return identifiers.map(({ type, value }) => {
    const [form] = type === 'phone' ? phoneForms(value, 'check', country) : [];
    return { type, value: form?.startsWith('+') ? form : value };
  });
}

const keyOf = ({ type, value }: Asked): string => `${type}\n${value}`;

/** A workspace's suppression list, asked through the API; entries cannot be listed, only asked about. */
export class SuppressionList {
  private readonly answers = new Map<string, boolean>();

  constructor(private readonly client: Pick<GatewayClient, 'query'>) {}

  /** The batches with the rows left out that an import would refuse for naming somebody on the list. */
  async *without(batches: AsyncIterable<ImportBatch>): AsyncGenerator<ImportBatch> {
    for await (const batch of batches) yield { ...batch, units: await this.judge(batch.units) };
  }

  private async judge(units: readonly ImportUnit[]): Promise<readonly ImportUnit[]> {
    const asked = new Map(units.flatMap(({ message }) => (message ? [[message, askedOf(message)] as const] : [])));
    await this.ask([...asked.values()].flat());
    const isListed = (message: NormalisedMessage | null): boolean =>
      message !== null && (asked.get(message) ?? []).some((one) => this.answers.get(keyOf(one)) === true);
    return refuseUnits(units, ({ message }) => (isListed(message) ? 'suppressed' : null));
  }

  private async ask(asked: readonly Asked[]): Promise<void> {
    if (this.answers.size > REMEMBERED) this.answers.clear();
    const fresh = new Map(asked.flatMap((one) => (this.answers.has(keyOf(one)) ? [] : [[keyOf(one), one] as const])));
    const open = [...fresh.values()];
    for (let i = 0; i < open.length; i += AT_ONCE) {
      const of = open.slice(i, i + AT_ONCE);
      const { areSuppressed } = await this.client.query<{ areSuppressed: readonly boolean[] }>(ASK, { of });
      of.forEach((one, at) => this.answers.set(keyOf(one), areSuppressed[at] === true));
    }
  }
}
