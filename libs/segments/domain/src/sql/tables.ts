import type { Entity } from '../rule/parsed-rule';

/** Where the records of people, or of accounts, lie. */
export interface EntityTables {
  /** Everybody once. */
  readonly everybody: string;
  readonly events: string;
}

export const TABLES: Readonly<Record<Entity, EntityTables>> = {
  profile: { everybody: 'profiles', events: 'live_events' },
  account: { everybody: 'accounts', events: 'account_events' },
};
