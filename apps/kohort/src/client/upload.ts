import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Json } from '@kohort/kernel-contracts';
import { clientErrors } from './client-errors';
import type { GatewayClient, RemoteJob } from './gateway-client';
import { followJob } from './jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from './results';

interface Stored {
  readonly key: string;
}

async function readStored(response: Response): Promise<Stored> {
  const body = (await response.json()) as { key?: string; message?: string; error?: { code?: string } };
  if (response.ok && body.key !== undefined) return { key: body.key };
  throw clientErrors.CLIENT_REFUSED({
    reason: body.message ?? 'the upload was refused',
    remoteCode: body.error?.code ?? String(response.status),
  });
}

/**
 * Streams a file to the workspace's artifact store; the same bytes twice are one artifact.
 *
 * Throws  CLIENT_UNREACHABLE, CLIENT_REFUSED
 */
export async function uploadFile(client: GatewayClient, file: string): Promise<string> {
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(createReadStream(file, { highWaterMark: 1 << 20 })) as ReadableStream,
    duplex: 'half',
  };
  const response = await fetch(`${client.url}/v2/artifacts`, init).catch((thrown: unknown) => {
    throw clientErrors.CLIENT_UNREACHABLE({ url: client.url }, { cause: thrown });
  });
  return (await readStored(response)).key;
}

/** What an import is to do: whose records, in which file, read how. */
export interface ImportRequest {
  readonly file: string;
  readonly source: string;
  /** The mapping itself, as data. */
  readonly mapping: Json;
}

/**
 * Uploads a file and follows its import to the end. The idempotency key is the file and the mapping: asking twice is one
 * import.
 */
export async function importFile(client: GatewayClient, request: ImportRequest, label: string): Promise<RemoteJob> {
  const artifactKey = await uploadFile(client, request.file);
  const { importRecords } = await client.query<{ importRecords: MutationAnswer & { id: string } }>(
    `mutation ($input: ImportRecordsInput!) { importRecords(input: $input) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { input: { artifactKey, fileName: basename(request.file), source: request.source, mapping: request.mapping } },
  );
  const job = payloadOf<MutationAnswer & { id: string }>(importRecords, 'Job');
  return followJob(client, job.id, label);
}
