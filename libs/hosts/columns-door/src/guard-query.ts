import { refuse } from './exception';
import { tokenizeSql, type SqlToken } from './sql-tokens';

/** How a statement of the `query` user may begin. */
const OPENINGS = new Set(['select', 'with', 'explain', 'describe', 'desc', 'exists']);

/** Words that make a statement do more than read; none is a column of ours, and a quoted name is not such a word. */
const FORBIDDEN_WORDS = new Set([
  'into',
  'outfile',
  'infile',
  'attach',
  'detach',
  'system',
  'insert',
  'alter',
  'create',
  'drop',
  'truncate',
  'rename',
  'grant',
  'revoke',
  'kill',
  'optimize',
  'backup',
  'restore',
  'use',
  'undrop',
]);

/** Databases that show other people's statements, or the file system (`default` is an overlay on it). */
const HIDDEN_DATABASES = new Set(['system', 'information_schema', 'default']);

/** Table functions that make rows out of nothing but their arguments. */
export const HARMLESS_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'primes',
  'values',
  'sqlstandardvalues',
  'generateseries',
  'generate_series',
  'null',
  'format',
]);

/**
 * Functions refused whatever the engine lists: readers of files, the network, the server or other tables, models, and
 * sleepers. Table functions are here too, so that the guard holds before the engine has named its own.
 */
export const DENIED_FUNCTIONS: readonly string[] = [
  // table functions
  'file',
  'filecluster',
  'filesystem',
  'url',
  'urlcluster',
  's3',
  's3cluster',
  'gcs',
  'oss',
  'cosn',
  'hdfs',
  'hdfscluster',
  'azureblobstorage',
  'azureblobstoragecluster',
  'remote',
  'remotesecure',
  'cluster',
  'clusterallreplicas',
  'executable',
  'postgresql',
  'mysql',
  'mongodb',
  'redis',
  'sqlite',
  'jdbc',
  'odbc',
  'iceberg',
  'deltalake',
  'hudi',
  'paimon',
  'input',
  'merge',
  'loop',
  'dictionary',
  'view',
  'viewifpermitted',
  'viewexplain',
  'eval',
  'generaterandom',
  'fuzzjson',
  'fuzzquery',
  'python',
  'arrowstream',
  'ytsaurus',
  // scalar functions
  'filesystemavailable',
  'filesystemcapacity',
  'filesystemunreserved',
  'sleep',
  'sleepeachrow',
  'catboostevaluate',
  'joinget',
  'joingetornull',
  'getserverport',
  'getserversetting',
  'getmacro',
  'getclienthttpheader',
  'hostname',
  'fullhostname',
  'addresstoline',
  'addresstolinewithinlines',
  'addresstosymbol',
  'demangle',
  'serveruuid',
];

/** Families of functions by how their names begin. */
const DENIED_PREFIXES = [
  'dictget',
  'dicthas',
  'dictis',
  'aigenerate',
  'aiembed',
  'aiextract',
  'aiclassify',
  'aitranslate',
];

const isName = (token: SqlToken | undefined): token is SqlToken => token?.kind === 'word' || token?.kind === 'quoted';
const isSymbol = (token: SqlToken | undefined, value: string): boolean =>
  token?.kind === 'symbol' && token.value === value;

function refuseIdentifierParameter(tokens: readonly SqlToken[], at: number): void {
  if (isSymbol(tokens[at + 2], ':') && isName(tokens[at + 3]) && tokens[at + 3]?.value.toLowerCase() === 'identifier') {
    throw refuse(497, 'ACCESS_DENIED', 'a parameter may not name a table or a column');
  }
}

function refuseName(tokens: readonly SqlToken[], at: number, denied: ReadonlySet<string>): void {
  const token = tokens[at] as SqlToken;
  const name = token.value.toLowerCase();
  const next = tokens[at + 1];
  if (name.includes('/')) throw refuse(497, 'ACCESS_DENIED', 'a name may not be a path');
  if (isSymbol(next, '.') && HIDDEN_DATABASES.has(name) && !isSymbol(tokens[at - 1], '.')) {
    throw refuse(497, 'ACCESS_DENIED', `database ${name} is not open to this user`);
  }
  if (isSymbol(next, '(') && (denied.has(name) || DENIED_PREFIXES.some((prefix) => name.startsWith(prefix)))) {
    throw refuse(446, 'FUNCTION_NOT_ALLOWED', `function ${name} is not open to this user`);
  }
  if (token.kind === 'word' && FORBIDDEN_WORDS.has(name) && !isSymbol(tokens[at - 1], '.')) {
    throw refuse(164, 'READONLY', `${name.toUpperCase()} is not open to this user`);
  }
}

/**
 * Refuses what the `query` user may not say, before the engine sees it: more than one statement, anything but reading,
 * and functions that reach files, the network or other databases. It works on tokens, so a name inside a literal or a
 * comment is no reason, and an odd spelling of a call no way round. `readonly=1` in the engine stands behind it.
 *
 * Throws  DOOR_STATEMENT_REFUSED (62, 164, 446, 497)
 */
export function guardQuery(sql: string, denied: ReadonlySet<string>): void {
  const tokens = tokenizeSql(sql);
  const first = tokens.find((token) => !isSymbol(token, '('));
  if (first?.kind !== 'word' || !OPENINGS.has(first.value.toLowerCase())) {
    throw refuse(164, 'READONLY', 'only SELECT, WITH, EXPLAIN, DESCRIBE and EXISTS are open to this user');
  }
  tokens.forEach((token, at) => {
    if (isSymbol(token, ';') && at < tokens.length - 1) {
      throw refuse(62, 'SYNTAX_ERROR', 'one statement at a time');
    }
    if (isSymbol(token, '{')) refuseIdentifierParameter(tokens, at);
    if (isName(token)) refuseName(tokens, at, denied);
  });
}

/** The names refused as calls: ours and every table function of this engine that is not harmless. */
export function deniedFunctions(tableFunctionsOfEngine: readonly string[]): ReadonlySet<string> {
  const all = [...DENIED_FUNCTIONS, ...tableFunctionsOfEngine.map((name) => name.toLowerCase())];
  return new Set(all.filter((name) => !HARMLESS_TABLE_FUNCTIONS.has(name)));
}
