import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binariesIn, type PostgresBinaries } from './binaries';

/** How PostgreSQL, which refuses to run as root, is run when we are root. */
export type RootMode = 'namespace' | 'other-user';

/** Under which identity the engine's programs run, and where they and the data may stand. */
export interface EngineIdentity {
  /** Put before each command line. */
  readonly prefix: readonly string[];
  /** Set when the programs run as another user; its files must be chowned. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly binaries: PostgresBinaries;
  readonly dataDir: string;
}

const UNPRIVILEGED_ID = 65534;
const NAMESPACE = ['unshare', '--user', `--map-user=${UNPRIVILEGED_ID}`, `--map-group=${UNPRIVILEGED_ID}`];

function namespaceWorks(): boolean {
  return spawnSync('unshare', [...NAMESPACE.slice(1), 'true'], { stdio: 'ignore' }).status === 0;
}

function serviceUser(): { uid: number; gid: number } {
  const entry = /^postgres:[^:]*:(\d+):(\d+):/m.exec(
    existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '',
  );
  return entry ? { uid: Number(entry[1]), gid: Number(entry[2]) } : { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID };
}

function canReach(path: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Data and programs below a folder that the other user cannot enter move to /var/lib/kohort. */
function asOtherUser(binaries: PostgresBinaries, dataDir: string): EngineIdentity {
  const user = serviceUser();
  const home = '/var/lib/kohort';
  const place = (name: string): string => {
    mkdirSync(home, { recursive: true, mode: 0o755 });
    chmodSync(home, 0o755);
    return join(home, name);
  };
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const key = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 16);
  let native = binaries.nativeDir;
  if (!canReach(binaries.postgres, user)) {
    native = place(`engine-${key(native)}`);
    if (!existsSync(join(native, 'bin', 'postgres'))) {
      cpSync(binaries.nativeDir, native, { recursive: true, verbatimSymlinks: true });
    }
  }
  const reachable = canReach(dataDir, user);
  const data = reachable ? dataDir : place(`data-${key(dataDir)}`);
  mkdirSync(data, { recursive: true, mode: 0o711 });
  return { prefix: [], user, binaries: binariesIn(native), dataDir: data };
}

/**
 * Chooses the identity. As an ordinary user: ourselves. As root: a user namespace in which the engine takes itself for
 * `nobody` while its files stay ours; where the kernel forbids that (common in containers), user `postgres` or `nobody`.
 */
export function engineIdentity(binaries: PostgresBinaries, dataDir: string, forced?: RootMode): EngineIdentity {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) return { prefix: [], user: undefined, binaries, dataDir };
  const mode: RootMode = forced ?? (namespaceWorks() ? 'namespace' : 'other-user');
  if (mode === 'other-user') return asOtherUser(binaries, dataDir);
  return { prefix: NAMESPACE, user: undefined, binaries, dataDir };
}
