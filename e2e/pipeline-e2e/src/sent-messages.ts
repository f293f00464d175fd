import { until, type RunningKohort } from './running-kohort';

/** Sends messages through a source of their own, and waits until all that follows of them is done. */
export async function sendMessages(kohort: RunningKohort, batch: readonly object[]): Promise<void> {
  const { createSource } = await kohort.query<{ createSource: { writeKey: string } }>(
    'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
  );
  const sent = await fetch(`${kohort.url}/v1/batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${createSource.writeKey}:`).toString('base64')}`,
    },
    body: JSON.stringify({ batch }),
  });
  expect(sent.status).toBe(200);
  await until('people', 240_000, async () => {
    const { workspace } = await kohort.query<{ workspace: { backlog: number } }>('{ workspace { backlog } }');
    return workspace.backlog === 0;
  });
}
