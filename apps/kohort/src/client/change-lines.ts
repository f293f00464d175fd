import { z } from 'zod';
import { clientErrors } from './client-errors';
import type { GatewayClient } from './gateway-client';

/** Which changes are asked for; what is absent does not narrow. */
export interface ChangesAsked {
  /** Behind this cursor; from the present end when absent. */
  readonly after?: string | undefined;
  readonly segment?: string | undefined;
  readonly profile?: string | undefined;
  readonly kinds?: string | undefined;
  readonly follow: boolean;
}

const line = z.object({
  cursor: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
const refusal = z.object({ code: z.string(), message: z.string(), snapshotToken: z.string().optional() });

/** A line of the export: its text, and the cursor that resumes behind it. */
export interface ChangeLine {
  readonly text: string;
  readonly cursor: string;
}

function refused(text: string, status: number): Error {
  const parsed = refusal.safeParse(readJson(text));
  if (!parsed.success) return clientErrors.CLIENT_REFUSED({ reason: `status ${status}`, remoteCode: String(status) });
  const { code, message, snapshotToken } = parsed.data;
  const hint = snapshotToken === undefined ? '' : `; snapshot token ${snapshotToken}`;
  return clientErrors.CLIENT_REFUSED({ reason: `${message}${hint}`, remoteCode: code });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function lineOf(text: string): ChangeLine {
  const parsed = line.safeParse(readJson(text));
  const { cursor, error } = parsed.data ?? {};
  if (error?.code === 'GATEWAY_STREAM_SLOW') throw clientErrors.CLIENT_TOO_SLOW();
  if (error) throw clientErrors.CLIENT_REFUSED({ reason: error.message, remoteCode: error.code });
  // A line that was cut off is no line: what it told of comes again behind the one before it.
  if (cursor === undefined) throw clientErrors.CLIENT_CUT_OFF();
  return { text, cursor };
}

/**
 * The lines of the change log as they come over HTTP.
 *
 * Throws  CLIENT_UNREACHABLE; CLIENT_REFUSED with the API's own code; CLIENT_CUT_OFF when the connection ended within;
 *         CLIENT_TOO_SLOW when it was closed because nothing was taken: it goes on behind the last line
 */
export async function* changeLines(client: GatewayClient, asked: ChangesAsked): AsyncGenerator<ChangeLine> {
  const { follow, ...narrow } = asked;
  const query = new URLSearchParams({ follow: String(follow) });
  for (const [name, value] of Object.entries(narrow)) if (value !== undefined) query.set(name, value);
  const response = await fetch(`${client.url}/v1/changes.ndjson?${query}`, {
    headers: { authorization: `Bearer ${client.apiKey}` },
  }).catch((thrown: unknown) => {
    throw clientErrors.CLIENT_UNREACHABLE({ url: client.url }, { cause: thrown });
  });
  if (!response.ok || !response.body) throw refused(await response.text(), response.status);
  let rest = '';
  const decoder = new TextDecoder();
  const chunks = response.body[Symbol.asyncIterator]();
  for (;;) {
    const step = await chunks.next().catch((thrown: unknown) => {
      throw clientErrors.CLIENT_CUT_OFF({}, { cause: thrown });
    });
    rest += step.done === true ? decoder.decode() : decoder.decode(step.value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) if (text !== '') yield lineOf(text);
    if (step.done === true) return;
  }
}
