import { Client } from 'pg';
import { systemClock } from '@kohort/kernel-clock-random';
import type { JsonObject } from '@kohort/kernel-contracts';
import { startTemporaryPostgres, type RunningPostgres } from '@kohort/platform-embedded';
import { createDialer, createEgressClient } from '@kohort/platform-http';
import type { SourceWorld } from '@kohort/plugin-kit-testkit';
import type { SourceHost } from '@kohort/plugin-kit-sdk';

const PASSWORD = 'reader-secret-1';

/** A database with a table `shop.Customer "s"` and a login that may read and no more. */
export class PostgresWorld implements SourceWorld {
  private constructor(
    private readonly server: RunningPostgres,
    readonly owner: Client,
    private readonly address: { readonly host: string; readonly port: number },
  ) {}

  static async start(): Promise<PostgresWorld> {
    const server = await startTemporaryPostgres();
    const url = new URL(server.url);
    const admin = new Client({ connectionString: server.url });
    await admin.connect();
    await admin.query('create database warehouse');
    await admin.query(`create role reader login password '${PASSWORD}'`);
    await admin.end();
    url.pathname = '/warehouse';
    const owner = new Client({ connectionString: url.toString() });
    await owner.connect();
    await owner.query(`create schema shop; grant usage on schema shop to reader;
      create table shop."Customer ""s""" (id text primary key, plan text, changed timestamptz not null default clock_timestamp());
      grant select on all tables in schema shop to reader`);
    return new PostgresWorld(server, owner, { host: url.hostname, port: Number(url.port) });
  }

  async stop(): Promise<void> {
    await this.owner.end();
    await this.server.stop();
  }

  get pair(): string {
    return `${this.address.host}:${this.address.port}`;
  }

  settings(kind: 'incremental' | 'whole', more: JsonObject = {}): JsonObject {
    return {
      ...this.address,
      database: 'warehouse',
      user: 'reader',
      password: PASSWORD,
      tls: 'off',
      table: 'shop."Customer ""s"""',
      ...(kind === 'incremental' ? { cursorColumn: 'changed' } : {}),
      ...more,
    };
  }

  wrongCredentials(): JsonObject {
    return this.settings('incremental', { password: 'wrong-secret-2' });
  }

  async clear(): Promise<void> {
    await this.owner.query('truncate shop."Customer ""s"""');
  }

  async add(names: readonly string[]): Promise<void> {
    for (const name of names) await this.owner.query('insert into shop."Customer ""s""" (id) values ($1)', [name]);
  }

  machine(): Omit<SourceHost, 'signal'> {
    const http = createEgressClient();
    return { http, stream: http, dial: createDialer({ allow: [this.pair] }), clock: systemClock };
  }

  host(): SourceHost {
    return { ...this.machine(), signal: new AbortController().signal };
  }
}
