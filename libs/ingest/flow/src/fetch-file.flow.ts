import type { ArtifactStore, HttpStreamReply, HttpStreamer, JobControl, Progress } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { ImportLimits } from '@kohort/ingest-domain';
import { importErrors } from './import-source';

/** What fetching needs. */
export interface FetchDeps {
  readonly http: HttpStreamer;
  readonly artifacts: ArtifactStore;
}

/** An address and how much of it may be taken. */
export interface FetchRequest {
  readonly url: string;
  readonly limits: Pick<ImportLimits, 'fileBytes'>;
}

const MAX_REDIRECTS = 5;
/** How often in a row a broken download is taken up without a single byte having come. */
const MAX_IDLE_TRIES = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What a web page, an error page or a form answers with; data comes as anything else. */
const PAGES = /^(?:text\/html|application\/xhtml\+xml)\b/i;

const refused = (reason: string): Error => importErrors.INGEST_URL_REFUSED({ reason });

async function close(reply: HttpStreamReply): Promise<void> {
  await reply.body[Symbol.asyncIterator]().return?.();
}

interface Download {
  readonly url: string;
  readonly etag: string | null;
  readonly total: number | null;
  readonly body: AsyncIterable<Uint8Array>;
}

function lengthOf(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Strong validators alone say that two parts are of one file. */
function validatorOf(headers: Readonly<Record<string, string>>): string | null {
  const etag = headers['etag'];
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  return headers['last-modified'] ?? null;
}

/** The first answer. Redirects are followed a few times; each address is checked as the first one was. */
async function openFirst(http: HttpStreamer, request: FetchRequest, signal?: AbortSignal): Promise<Download> {
  let { url } = request;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const reply = await http.open({ method: 'GET', url, headers: {} }, signal);
    const { status, headers, body } = reply;
    if (status === 200) {
      const total = lengthOf(headers);
      const page = PAGES.test(headers['content-type'] ?? '');
      const tooLarge = total !== null && total > request.limits.fileBytes;
      if (!page && !tooLarge) return { url, etag: validatorOf(headers), total, body };
      await close(reply);
      throw refused(
        page ? 'it answers a web page, not data' : `it has ${total} bytes, at most ${request.limits.fileBytes} may be`,
      );
    }
    await close(reply);
    const target = headers['location'];
    if (!REDIRECTS.has(status) || target === undefined || !URL.canParse(target, url)) {
      if (status >= 500 || status === 429) throw importErrors.INGEST_URL_FAILED({ reason: `status ${status}` });
      throw refused(`it answers with status ${status}`);
    }
    url = new URL(target, url).toString();
  }
  throw refused(`it redirects more than ${MAX_REDIRECTS} times`);
}

/** The rest of a file behind `start`; the server must say that it is the same file. */
async function openRest(
  http: HttpStreamer,
  first: Download,
  at: { start: number; signal?: AbortSignal },
): Promise<HttpStreamReply> {
  const headers = { range: `bytes=${at.start}-`, 'if-range': first.etag ?? '' };
  const reply = await http.open({ method: 'GET', url: first.url, headers }, at.signal);
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(reply.headers['content-range'] ?? '');
  if (reply.status === 206 && range && Number(range[1]) === at.start) return reply;
  await close(reply);
  throw importErrors.INGEST_URL_CHANGED();
}

const isBroken = (thrown: unknown): boolean => isAppError(thrown) && thrown.kind === 'transient';

/**
 * The bytes of a download. When the connection breaks, the rest is asked for by range, as long as the server can say that
 * it is the same file.
 */
async function* wholeBody(http: HttpStreamer, request: FetchRequest, control: JobControl): AsyncGenerator<Uint8Array> {
  const { signal } = control;
  const first = await openFirst(http, request, signal);
  let body: AsyncIterable<Uint8Array> = first.body;
  let [got, idle] = [0, 0];
  const report = (): void => {
    const progress: Progress = { phase: 'fetching', done: got, total: first.total ?? got };
    control.onProgress?.(progress);
  };
  for (;;) {
    try {
      for await (const chunk of body) {
        got += chunk.length;
        idle = 0;
        if (got > request.limits.fileBytes) throw refused(`it has more than ${request.limits.fileBytes} bytes`);
        yield chunk;
        report();
      }
      if (first.total === null || got >= first.total) return;
      throw importErrors.INGEST_URL_FAILED({ reason: `the connection ended after ${got} of ${first.total} bytes` });
    } catch (thrown) {
      idle += 1;
      if (!isBroken(thrown) || first.etag === null || idle > MAX_IDLE_TRIES) throw thrown;
      body = (await openRest(http, first, { start: got, ...(signal ? { signal } : {}) })).body;
    }
  }
}

/**
 * Fetches an address into the artifact store and answers its key.
 *
 * Cost    a chunk in memory
 * Throws  HTTP_EGRESS_REFUSED, INGEST_URL_REFUSED; transient: HTTP_…, INGEST_URL_FAILED, INGEST_URL_CHANGED
 */
export async function fetchFile(deps: FetchDeps, request: FetchRequest, control: JobControl): Promise<string> {
  const stored = await deps.artifacts.put(wholeBody(deps.http, request, control));
  return stored.key;
}
