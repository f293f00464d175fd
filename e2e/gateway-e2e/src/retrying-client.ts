import { Agent, request, type IncomingMessage } from 'node:http';

/** What a client of the door does when a try fails. */
export interface RetryingOptions {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Tries after the first one. */
  readonly retries: number;
  readonly pauseMs: number;
  /** After so long a try has failed. */
  readonly limitMs: number;
}

/** What clients heard. */
export interface ClientsHeard {
  /** Message ids of what was answered 200. */
  readonly acknowledged: Set<string>;
  readonly spooled: Set<string>;
  readonly gaveUp: string[];
  /** Tries that failed, by status or error code. */
  readonly failures: Map<string, number>;
  /** Milliseconds from a call's first try to its acknowledgement. */
  readonly waitsMs: number[];
}

/** By its parts: an error of Node's is none of this realm's `Error` in a test. */
const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : String(thrown);

/** A client of one event a call that repeats what failed. Every other call comes over a connection of its own. */
export class RetryingClient {
  readonly heard: ClientsHeard = {
    ...{ acknowledged: new Set(), spooled: new Set(), gaveUp: [] },
    ...{ failures: new Map(), waitsMs: [] },
  };
  private readonly kept = new Agent({ keepAlive: true });
  private readonly underWay = new Set<Promise<void>>();
  private sent = 0;
  private isStopped = false;

  constructor(private readonly options: RetryingOptions) {}

  /** Sends one event and repeats it while that fails. Never throws. */
  send(): Promise<void> {
    this.sent += 1;
    const work = this.deliver(this.sent);
    this.underWay.add(work);
    return work.finally(() => this.underWay.delete(work));
  }

  /** Sends so many a second, whether they are answered or not, until it is stopped. */
  keepSending(perSecond: number): void {
    const from = performance.now();
    let begun = 0;
    const tick = (): void => {
      if (this.isStopped) return;
      for (const due = ((performance.now() - from) / 1_000) * perSecond; begun < due; begun += 1) void this.send();
      setTimeout(tick, 5);
    };
    tick();
  }

  /** So many at a time, one after the other, until it is stopped. */
  keepBusy(lanes: number, pauseMs: number): void {
    const lane = async (): Promise<void> => {
      if (this.isStopped) return;
      await this.send();
      setTimeout(() => void lane(), pauseMs);
    };
    for (let n = 0; n < lanes; n += 1) void lane();
  }

  /** Resolves when what is under way has its end. */
  async stop(): Promise<ClientsHeard> {
    this.isStopped = true;
    await Promise.all(this.underWay);
    this.kept.destroy();
    return this.heard;
  }

  private async deliver(n: number): Promise<void> {
    const id = `m-${n}`;
    const [person, from] = [`u-${n % 500}`, performance.now()];
    const body = JSON.stringify({ type: 'track', event: 'Order Completed', userId: person, messageId: id });
    for (let tries = 0; tries <= this.options.retries; tries += 1) {
      if (tries > 0) await new Promise((done) => setTimeout(done, this.options.pauseMs));
      const outcome = await this.post(body, n % 2 === 0).catch(codeOf);
      if (typeof outcome !== 'string') {
        this.heard.acknowledged.add(id);
        if (outcome.headers['x-durability'] === 'spool') this.heard.spooled.add(id);
        this.heard.waitsMs.push(performance.now() - from);
        return;
      }
      this.heard.failures.set(outcome, (this.heard.failures.get(outcome) ?? 0) + 1);
    }
    this.heard.gaveUp.push(id);
  }

  /** Answers the response when the event was taken, or the status; throws what Node says of the connection. */
  private post(body: string, isKept: boolean): Promise<IncomingMessage | string> {
    const { port, headers, limitMs } = this.options;
    return new Promise((done, fail) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', port, path: '/v1/track', method: 'POST', agent: isKept ? this.kept : false },
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          response.once('error', fail).resume();
          response.once('end', () => done(response.statusCode === 200 ? response : `status ${response.statusCode}`));
        },
      );
      asked.setTimeout(limitMs, () => asked.destroy(Object.assign(new Error('late'), { code: 'LATE' })));
      asked.once('error', fail).end(body);
    });
  }
}
