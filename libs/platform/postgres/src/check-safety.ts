import { postgresErrors } from './postgres-errors';
import { withClient } from './with-client';

export interface SafetyOptions {
  /** Tests run with fsync off; everything else is still checked. */
  readonly allowUnsyncedForTests?: boolean;
}

/** First minor release of each major with the leak of partition statistics closed (CVE-2025-8713). */
const MINIMUM_VERSIONS: Readonly<Record<number, number>> = { 15: 150014, 16: 160010, 17: 170006 };

const settingsQuery = `
select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num')`;

const rolesQuery = `
select r.rolname as name, r.rolsuper as super, r.rolbypassrls as bypass, r.rolcanlogin as login,
       r.rolcreaterole or r.rolcreatedb as creates,
       pg_has_role(current_user, r.oid, 'member') as ours,
       exists (select 1 from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o') as owns
from pg_roles r where r.rolname in ('kohort_app', 'kohort_relay')`;

interface RoleRow {
  readonly name: string;
  readonly super: boolean;
  readonly bypass: boolean;
  readonly login: boolean;
  readonly creates: boolean;
  readonly ours: boolean;
  readonly owns: boolean;
}

function settingFindings(settings: ReadonlyMap<string, string>, options: SafetyOptions): string[] {
  const findings: string[] = [];
  const version = Number(settings.get('server_version_num') ?? 0);
  const major = Math.floor(version / 10_000);
  if (major < 15 || version < (MINIMUM_VERSIONS[major] ?? 0)) findings.push(`server version ${version} is too old`);
  if (settings.get('synchronous_commit') === 'off') findings.push('synchronous_commit is off');
  if (options.allowUnsyncedForTests !== true) {
    for (const name of ['fsync', 'full_page_writes']) if (settings.get(name) !== 'on') findings.push(`${name} is off`);
  }
  return findings;
}

function roleFindings(rows: readonly RoleRow[]): string[] {
  const findings: string[] = [];
  for (const name of ['kohort_app', 'kohort_relay']) {
    const role = rows.find((row) => row.name === name);
    if (!role) {
      findings.push(`role ${name} is missing; run the migrations`);
      continue;
    }
    if (role.super) findings.push(`role ${name} is a superuser`);
    if (role.bypass) findings.push(`role ${name} bypasses row-level security`);
    if (role.login) findings.push(`role ${name} can log in`);
    if (role.creates) findings.push(`role ${name} may create roles or databases`);
    if (role.owns) findings.push(`role ${name} owns an object`);
    if (!role.ours) findings.push(`the login role is not a member of ${name}`);
  }
  return findings;
}

/**
 * Refuses to go on with a database that would lose acknowledged work or show one tenant to another. Called at boot,
 * after the migrations.
 *
 * Throws  POSTGRES_UNSAFE, with every finding in `details.findings`
 */
export async function checkSafety(url: string, options: SafetyOptions = {}): Promise<void> {
  const [settings, roles] = await withClient({ connectionString: url }, async (client) => [
    await client.query<{ name: string; setting: string }>(settingsQuery),
    await client.query<RoleRow>(rolesQuery),
  ]);
  const values = new Map(settings.rows.map((row) => [row.name, row.setting]));
  const findings = [...settingFindings(values, options), ...roleFindings(roles.rows)];
  if (findings.length > 0) throw postgresErrors.POSTGRES_UNSAFE({ findings });
}
