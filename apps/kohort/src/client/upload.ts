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

/** What an import is to do: whose records, in which file or behind which address, read how. */
export interface ImportRequest {
  /** A file of this machine; an https address, which the server fetches. */
  readonly file: string;
  readonly source: string;
  /** The mapping itself, as data, or the name of one that the server knows. */
  readonly mapping: Json;
  /** Whether rows may make people; as the mapping says when absent. */
  readonly createProfiles?: boolean | undefined;
}

/** True for an address that the server is to fetch. */
export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);

const nameOf = (file: string): string =>
  isAddress(file) ? (new URL(file).pathname.split('/').pop() ?? '') || 'download' : basename(file);

/**
 * Uploads a file, or names an address, and follows its import to the end. A row that was stored before is not stored
 * again, however often the same file is imported.
 */
export async function importFile(client: GatewayClient, request: ImportRequest, label: string): Promise<RemoteJob> {
  const { file, source, mapping, createProfiles } = request;
  const place = isAddress(file) ? { url: file } : { artifactKey: await uploadFile(client, file) };
  const { importRecords } = await client.query<{ importRecords: MutationAnswer & { id: string } }>(
    `mutation ($input: ImportRecordsInput!) { importRecords(input: $input) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { input: { ...place, fileName: nameOf(file), source, mapping, createProfiles } },
  );
  const job = payloadOf<MutationAnswer & { id: string }>(importRecords, 'Job');
  return followJob(client, job.id, label);
}

/** Whether a source has had this very file, by this mapping. */
export async function wasImported(
  client: GatewayClient,
  asked: { readonly source: string; readonly sha256: string; readonly bytes: number; readonly mappingDigest: string },
): Promise<boolean> {
  const { importedFiles } = await client.query<{ importedFiles: { bytes: number; mappingDigest: string }[] }>(
    'query ($source: String!, $sha256: [String!]!) { importedFiles(source: $source, sha256: $sha256) { bytes mappingDigest } }',
    { source: asked.source, sha256: [asked.sha256] },
  );
  return importedFiles.some((one) => one.bytes === asked.bytes && one.mappingDigest === asked.mappingDigest);
}
