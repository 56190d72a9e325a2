/** NOTIFY on a connection of its own, which is made again whenever it is lost. */
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import type { Clock } from '../base/time.ts';
import { toDatabaseError } from './database-error.ts';
import { quoteIdentifier } from './postgres-session.ts';
import { Queue } from './queue.ts';

export type Heard = (payload: string) => void;

export interface PostgresListenerOptions {
  config: ClientConfig;
  time: Clock;
  onError: (error: unknown) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

export class PostgresListener {
  private readonly options: PostgresListenerOptions;
  private readonly channels = new Map<string, Set<Heard>>();
  private readonly queue = new Queue();
  private client: Client | undefined;
  private delayMs = FIRST_DELAY_MS;
  private cancelRetry: (() => void) | undefined;
  private isClosed = false;

  constructor(options: PostgresListenerOptions) {
    this.options = options;
  }

  /** Resolves once the server listens; the answer ends it. The connection is made with the first channel. */
  async listen(channel: string, heard: Heard): Promise<() => Promise<void>> {
    const own: Heard = (payload) => heard(payload);
    await this.queue.add(async () => {
      const client = this.client ?? (await this.connect());
      if (!this.channels.has(channel)) await client.query(`listen ${quoteIdentifier(channel)}`);
      this.channels.set(channel, (this.channels.get(channel) ?? new Set()).add(own));
    });
    return () => this.queue.add(() => this.unlisten(channel, own));
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry?.();
    return this.queue.add(() => this.disconnect());
  }

  private async unlisten(channel: string, own: Heard): Promise<void> {
    const set = this.channels.get(channel);
    if (set?.delete(own) !== true || set.size > 0) return;
    this.channels.delete(channel);
    if (this.channels.size === 0) return this.disconnect();
    await this.client?.query(`unlisten ${quoteIdentifier(channel)}`).catch(() => undefined);
  }

  private async disconnect(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    const client = new Client(this.options.config);
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('The listening connection ended')));
    client.on('notification', ({ channel, payload }) => this.tell(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of this.channels.keys()) {
        await client.query(`listen ${quoteIdentifier(channel)}`);
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw toDatabaseError(error);
    }
    this.client = client;
    this.delayMs = FIRST_DELAY_MS;
    return client;
  }

  private lost(client: Client, error: unknown): void {
    if (this.client !== client || this.isClosed) return;
    this.client = undefined;
    this.options.onError(toDatabaseError(error));
    this.retryLater();
  }

  private retryLater(): void {
    this.cancelRetry = this.options.time.after(this.delayMs, () => {
      void this.queue.add(() => this.reconnect());
    });
    this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
  }

  private async reconnect(): Promise<void> {
    if (this.isClosed || this.client !== undefined || this.channels.size === 0) return;
    try {
      await this.connect();
    } catch (error) {
      this.options.onError(error);
      return this.retryLater();
    }
    // Notices were lost meanwhile: everybody looks once.
    for (const channel of this.channels.keys()) this.tell(channel, '');
  }

  private tell(channel: string, payload: string): void {
    for (const heard of this.channels.get(channel) ?? []) {
      try {
        heard(payload);
      } catch (error) {
        this.options.onError(error);
      }
    }
  }
}
