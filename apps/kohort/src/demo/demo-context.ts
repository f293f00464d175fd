import type { GatewayClient } from '../client/gateway-client';
import type { Account } from '../terminal/account';
import type { Receiver } from './receiver';

/** What the steps of the demo share. */
export interface DemoContext {
  readonly client: GatewayClient;
  readonly account: Account;
  readonly receiver: Receiver;
  /** Secret of the webhook destination; the receiver checks signatures with it. */
  readonly webhookSecret: string;
  /** Folder of the file-drop destination. */
  readonly dropDir: string;
  /** The instant at which the data are looked at: just after their last event. */
  readonly asOf: string;
  /** The event that orders are. */
  readonly orderEvent: string;
  /** Write key of the source through which new events are posted. */
  readonly writeKey: string;
}
