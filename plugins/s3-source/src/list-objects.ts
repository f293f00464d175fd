import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { BucketClient } from './client';
import { s3SourceErrors } from './errors';

/** An object as the bucket lists it. `at`: when it was last written, epoch milliseconds. */
export interface ListedObject {
  readonly key: string;
  readonly at: number;
  readonly version: string;
  readonly bytes: number;
}

/** A page of a listing is 1,000 objects; this is far above what their XML takes. */
const MAX_LIST_BYTES = 8 * 1_048_576;
/** Pages of one listing: ten million objects. */
const MAX_PAGES = 10_000;

const listSchema = z.object({
  ListBucketResult: z.object({
    EncodingType: z.string().optional(),
    IsTruncated: z.string().optional(),
    NextContinuationToken: z.string().optional(),
    Contents: z
      .array(z.object({ Key: z.string(), LastModified: z.string(), ETag: z.string(), Size: z.string() }))
      .default([]),
  }),
});

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: true,
  htmlEntities: true,
  isArray: (name: string) => name === 'Contents',
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_LIST_BYTES) throw s3SourceErrors.S3_SOURCE_AWAY({ reason: 'its listing is too large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseList(text: string): z.infer<typeof listSchema>['ListBucketResult'] {
  try {
    return listSchema.parse(parser.parse(text)).ListBucketResult;
  } catch (cause) {
    throw s3SourceErrors.S3_SOURCE_AWAY({ reason: 'its listing cannot be read' }, { cause });
  }
}

/**
 * The objects under a prefix, in the bucket's own order.
 *
 * Source  https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 * Throws  S3_SOURCE_…, HTTP_…
 */
export async function* listObjects(client: BucketClient, prefix: string): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token === undefined ? {} : { 'continuation-token': token }),
    };
    const list = parseList(await textOf((await client.get(null, { query })).body));
    for (const { Key, LastModified, ETag, Size } of list.Contents) {
      // Keys come escaped, so that every character can stand in XML; a plus is a space there.
      const key = list.EncodingType === 'url' ? decodeURIComponent(Key.replace(/\+/g, ' ')) : Key;
      yield { key, at: Date.parse(LastModified), version: ETag.replace(/&quot;|"/g, ''), bytes: Number(Size) };
    }
    token = list.NextContinuationToken;
    if (list.IsTruncated !== 'true' || token === undefined) return;
  }
}
