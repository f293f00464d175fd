import { classifyStatus, type ErrorClass } from '@kohort/plugin-kit-sdk';

/** Where the Tracking API differs from the plain reading of a status (retry table of the vendor's SDK 3.1). */
const OWN: Readonly<Record<number, ErrorClass>> = { 410: 'retry', 460: 'retry', 511: 'config_fatal' };

/** The class of a status; null for success. A redirect is no delivery, whatever the SDK says. */
export function classifyReply(status: number): ErrorClass | null {
  return OWN[status] ?? classifyStatus(status);
}
