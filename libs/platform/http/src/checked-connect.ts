import { lookup } from 'node:dns/promises';
import { buildConnector } from 'undici';
import { isValid } from 'ipaddr.js';
import { isPublicAddress } from './address';
import { isAllowedPair, type EgressRules } from './egress-rules';
import { httpErrors } from './errors';

/** Every address of a name, in the order of preference. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The machine's resolver (also /etc/hosts): all addresses, both families. */
export const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map((one) => one.address);
};

async function resolveName(resolve: Resolve, hostname: string): Promise<readonly string[]> {
  try {
    return await resolve(hostname);
  } catch (thrown) {
    throw httpErrors.HTTP_NAME_UNKNOWN({ delivered: 'no' }, { cause: thrown });
  }
}

/** The address to connect to: the name is resolved once, and one forbidden address among many refuses them all. */
export async function chooseAddress(rules: EgressRules, resolve: Resolve, host: string, port: number): Promise<string> {
  const addresses = isValid(host) ? [host] : await resolveName(resolve, host);
  const first = addresses[0];
  if (first === undefined) throw httpErrors.HTTP_NAME_UNKNOWN({ delivered: 'no' });
  if (!isAllowedPair(rules, host, port) && !addresses.every(isPublicAddress))
    throw httpErrors.HTTP_EGRESS_REFUSED({
      reason: 'the name leads to an address that is not public',
      delivered: 'no',
    });
  return first;
}

/**
 * A connector that connects to the very address it has checked, so that a name cannot be changed between the check and
 * the connection. TLS still verifies the name.
 */
export function checkedConnect(
  rules: EgressRules,
  resolve: Resolve,
  connect: buildConnector.connector = buildConnector({ timeout: 10_000, allowH2: false }),
): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    chooseAddress(rules, resolve, options.hostname, port).then(
      (address) =>
        connect(
          { ...options, hostname: address, host: address, servername: options.servername ?? options.hostname },
          callback,
        ),
      (refused: Error) => callback(refused, null),
    );
  };
}
