import type { BucketClient } from './client';
import { listObjects, type ListedObject } from './list-objects';

const item = (key: string, n = 1): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e${n}&quot;</ETag><Size>${n}</Size></Contents>`;
const list = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</ListBucketResult>`;

/** A bucket that answers with these bodies in turn, and remembers what it was asked. */
function scripted(...bodies: readonly string[]): { client: BucketClient; asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const client: BucketClient = {
    get(_key, ask) {
      asked.push(ask?.query?.['continuation-token']);
      const text = bodies[asked.length - 1] ?? list('');
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(text.slice(0, 20));
        yield Buffer.from(text.slice(20));
      }
      return Promise.resolve({ status: 200, headers: {}, body: body() });
    },
  };
  return { client, asked };
}
async function all(client: BucketClient): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of listObjects(client, '')) found.push(object);
  return found;
}

describe('listing a bucket', () => {
  it('goes through all pages by the token of each', async () => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>t/1=</NextContinuationToken>';
    const { client, asked } = scripted(
      list(more + item('a') + item('b', 2)),
      list(`<IsTruncated>false</IsTruncated>${item('c')}`),
    );
    expect((await all(client)).map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([undefined, 't/1=']);
  });

  it('reads keys as they are written: escaped for addresses when the bucket says so, for XML otherwise', async () => {
    const plain = scripted(list(item('x &amp; y &lt;b&gt; &#x27;%20+')));
    expect(await all(plain.client)).toEqual([
      { key: "x & y <b> '%20+", at: Date.UTC(2026, 0, 2, 3, 4, 5), version: 'e1', bytes: 1 },
    ]);
    const escaped = scripted(list(`<EncodingType>url</EncodingType>${item('a%26b+c%2B%C3%A4')}`));
    expect((await all(escaped.client))[0]?.key).toBe('a&b c+ä');
  });

  it.each([
    ['no XML', 'oops'],
    ['a page of the web', '<html><body>hello</body></html>'],
    ['an item without a size', list('<Contents><Key>a</Key></Contents>')],
    ['entities that name each other', `<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>${list(item('&b;'))}`],
    ['more than any listing has', list(`<Contents>${'x'.repeat(9 * 1_048_576)}</Contents>`)],
  ])('does not take %s for a listing', async (what, body) => {
    const outcome = await all(scripted(body).client).catch((thrown: unknown) => thrown);
    if (what.startsWith('entities')) expect(JSON.stringify(outcome)).not.toContain('aaaa');
    else expect(outcome).toEqual(expect.objectContaining({ code: 'S3_SOURCE_AWAY' }));
  });
});
