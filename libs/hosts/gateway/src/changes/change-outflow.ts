import { PassThrough } from 'node:stream';
import { gatewayErrors } from '@kohort/gateway-resolvers';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';

/** Lines that go out together, and the cursor that resumes behind them. */
export interface ChangeLot {
  readonly text: string;
  readonly cursor: string;
}

/** The lines that are to go out, and what belongs to the client that asked for them. */
export interface Outflow {
  readonly lots: AsyncGenerator<ChangeLot>;
  /** Called when the client has as much as may wait for it: nothing is asked for until it takes some. */
  readonly onHeld: () => void;
  /** Who takes nothing for this long is told so and closed. */
  readonly slowMs: number;
  /** After that the last words have so long to be taken. */
  readonly lastWordsMs: number;
  readonly logger: Logger;
  /** Ends the connection without a word, unless all has gone out. */
  readonly cut: () => void;
}

/** Bytes that wait for a client before nothing more is read for it. */
const HIGH_WATER_BYTES = 65_536;

/** The last line of an answer that ends before its time: what ended it, and where to go on. */
export function lastLine(error: AppError, cursor: string): string {
  const { code, publicMessage: message, details } = error;
  return `${JSON.stringify({ error: { code, message, ...details }, cursor })}\n`;
}

/** Resolves with whether the client took what waits for it in time; at once when the connection is over. */
function taken(out: PassThrough, slowMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (is: boolean) => () => {
      clearTimeout(late);
      out.off('drain', inTime).off('close', inTime);
      resolve(is);
    };
    const inTime = done(true);
    const late = setTimeout(done(false), slowMs);
    out.on('drain', inTime).on('close', inTime);
  });
}

/**
 * Lots as one stream of bytes, at the pace of the client. A client that takes nothing for `slowMs` finds the error
 * GATEWAY_STREAM_SLOW with its cursor as the last line, behind what waited for it, and the connection ends.
 *
 * Size  HIGH_WATER_BYTES and one lot wait for a client, however long it stands still
 */
export function outflow({ lots, onHeld, slowMs, lastWordsMs, logger, cut }: Outflow): PassThrough {
  const out = new PassThrough({ writableHighWaterMark: HIGH_WATER_BYTES, readableHighWaterMark: 1 });
  const carry = async (): Promise<void> => {
    for await (const { text, cursor } of lots) {
      if (out.destroyed) return;
      if (out.write(text)) continue;
      onHeld();
      if (await taken(out, slowMs)) continue;
      logger.info('reader of changes too slow');
      out.write(lastLine(gatewayErrors.GATEWAY_STREAM_SLOW(), cursor));
      setTimeout(cut, lastWordsMs).unref();
      break;
    }
    out.end();
  };
  carry().catch((thrown: unknown) => {
    // The head is out: an answer that breaks off is all that can still be said.
    logger.warn('export of changes broken off', { code: isAppError(thrown) ? thrown.code : 'unknown' });
    out.destroy();
    cut();
  });
  return out;
}
