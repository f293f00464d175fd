import { PassThrough } from 'node:stream';
import WebSocket from 'ws';
import { beginText } from './text-frame';

/** What a client makes of the bytes. */
async function readAs(frames: readonly Buffer[]): Promise<string[]> {
  const receiver = new (WebSocket as unknown as { Receiver: new (of: object) => NodeJS.WritableStream }).Receiver({});
  const texts: string[] = [];
  receiver.on('message', (data: Buffer) => texts.push(data.toString('utf8')));
  const bytes = new PassThrough();
  const done = new Promise((resolve) => receiver.on('finish', resolve));
  bytes.pipe(receiver);
  for (const frame of frames) bytes.write(frame);
  bytes.end();
  await done;
  return texts;
}

describe('beginText', () => {
  it('makes messages of every length that a client reads, with ends that are shared', async () => {
    const lengths = [0, 1, 60, 118, 119, 120, 121, 65_000, 65_528, 65_529, 65_530, 65_531, 200_000];
    const ends = lengths.map((length) => Buffer.from('y'.repeat(length)));
    const starts = ['{"id":', '{"id":"ä"'];
    const frames = starts.flatMap((start) => ends.flatMap((end) => [beginText(start, end.length), end]));
    expect(await readAs(frames)).toEqual(starts.flatMap((start) => ends.map((end) => `${start}${end.toString()}`)));
  });
});
