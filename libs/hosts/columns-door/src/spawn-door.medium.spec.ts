import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { startDoor } from './door';
import { runDoorChild, spawnDoor } from './spawn-door';

/** A child that keeps to the handshake: what it was given comes back as its port, and it ends with its input. */
const CHILD = `
  let held = '';
  process.stdin.on('data', (chunk) => {
    held += chunk;
    if (!held.includes('\\n')) return;
    const keys = JSON.parse(held);
    console.log(JSON.stringify({ port: keys.adminKey.length + keys.queryKey.length }));
  });
  process.stdin.on('end', () => process.exit(7));`;

describe('the door as a child process', () => {
  it('hands the keys over by standard input and ends the child by closing it', async () => {
    const door = await spawnDoor({ command: process.execPath, args: ['-e', CHILD] });
    expect(door.port).toBe(96);
    expect(door.adminKey).not.toBe(door.queryKey);
    await door.stop();
    expect(await door.ended).toEqual({ code: 7, signal: null });
  });

  it('says so when the child ends before it is ready', async () => {
    const failing = spawnDoor({ command: process.execPath, args: ['-e', 'process.exit(3)'] });
    await expect(failing).rejects.toMatchObject({ code: 'DOOR_DID_NOT_START' });
  });

  it('does not wait for ever', async () => {
    const args = ['-e', 'setInterval(() => undefined, 1000)'];
    const silent = spawnDoor({ command: process.execPath, args, startTimeoutMs: 300 });
    await expect(silent).rejects.toMatchObject({ code: 'DOOR_DID_NOT_START' });
  });

  it('serves while its input is open, and gives the directory up when it closes', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'kohort-door-child-'));
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const keys = { adminKey: 'a'.repeat(20), queryKey: 'q'.repeat(20) };
    stdin.write(`${JSON.stringify(keys)}\n`);
    const child = runDoorChild({ dataDir, port: 0, stdin, stdout });
    const [line] = await once(stdout, 'data');
    const { port } = JSON.parse(String(line));
    const answer = await fetch(`http://127.0.0.1:${port}/ping`);
    expect(await answer.text()).toBe('Ok.\n');
    stdin.end();
    await child;
    // Only a directory that was given up can be opened again.
    const again = await startDoor({ dataDir, port: 0, ...keys });
    await again.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
