import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Cluster } from './cluster';
import { until } from './program';

type Variables = Readonly<Record<string, unknown>>;

/** Asks the public API; an error of any kind fails. */
export async function ask<T>({ url, apiKey }: Cluster, query: string, variables: Variables = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = JSON.parse(await response.text());
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** A job's end; one that does not succeed fails. */
export async function jobResult(cluster: Cluster, id: string, limitMs = 240_000): Promise<Record<string, unknown>> {
  const document = 'query ($id: ID!) { job(id: $id) { status result error { code message } } }';
  const { job } = await until(
    () => ask<{ job: { status: string; result: Record<string, unknown>; error: unknown } }>(cluster, document, { id }),
    ({ job: now }) => ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(now.status),
    limitMs,
  );
  if (job.status !== 'SUCCEEDED') throw new Error(JSON.stringify(job));
  return job.result;
}

/** Runs a mutation that answers a job, and gives the job's id. */
export async function startJob(cluster: Cluster, mutation: string, variables: Variables): Promise<string> {
  const answer = await ask<Record<string, { __typename: string; id?: string }>>(cluster, mutation, variables);
  const [payload] = Object.values(answer);
  if (payload?.__typename !== 'Job' || payload.id === undefined) throw new Error(JSON.stringify(answer));
  return payload.id;
}

/** Events over HTTP, as Segment's SDKs send them. */
export async function postEvents({ url, writeKey }: Cluster, batch: readonly object[]): Promise<void> {
  const response = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
    },
    body: JSON.stringify({ batch }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Uploads a file; gives the key of the artifact. */
export async function upload({ url, apiKey }: Cluster, content: string): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/octet-stream' };
  const response = await fetch(`${url}/v2/artifacts`, { method: 'POST', headers, body: content });
  const { key } = JSON.parse(await response.text());
  return key;
}

/** Who enters a segment from now on, as the subscription tells it. */
export async function watchEntries(
  cluster: Cluster,
  segment: string,
): Promise<{ readonly entered: ReadonlySet<string>; close(): Promise<void> }> {
  const { url, apiKey } = cluster;
  const { changeLog } = await ask<{ changeLog: { head: string } }>(cluster, '{ changeLog { head } }');
  const entered = new Set<string>();
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${apiKey}` },
  });
  client.subscribe<{ membershipChanged: { kind: string; profile: { canonicalId: string } } }>(
    {
      query:
        'subscription ($segment: String!, $after: Cursor) { membershipChanged(segment: $segment, after: $after) { kind profile { canonicalId } } }',
      variables: { segment, after: changeLog.head },
    },
    {
      next: ({ data }) => {
        if (data?.membershipChanged.kind === 'ENTERED') entered.add(data.membershipChanged.profile.canonicalId);
      },
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return { entered, close: async () => client.dispose() };
}
