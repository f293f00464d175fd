import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { beginText } from './text-frame';

/** Bytes that may wait for a client before nothing more is handed to its socket. */
export const HIGH_WATER_BYTES = 65_536;
/** Bytes that may wait for a client at all: who has more is not reading and still asking. */
const MOST_BYTES = 1_048_576;

/** The way out to one client. It says when it is full, so that what waits stays where all share it. */
export class Outlet {
  constructor(
    private readonly socket: WebSocket,
    private readonly raw: Duplex,
  ) {}

  get waitingBytes(): number {
    return this.raw.writableLength;
  }

  get isFull(): boolean {
    return this.raw.writableLength > HIGH_WATER_BYTES;
  }

  /** Calls back whenever all that waited has gone out. */
  onDrained(callback: () => void): void {
    this.raw.on('drain', callback);
  }

  send(text: string): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(text);
    this.endIfOverfull();
  }

  /**
   * Sends messages that begin alike, with one write. Their ends are handed to the socket as they are: whatever waits for
   * its client there is what others wait for too.
   */
  sendAll(start: string, ends: readonly Buffer[]): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    // No message is compressed, so that none is under way: what is written here stands between two of them.
    this.raw.cork();
    for (const end of ends) {
      this.raw.write(beginText(start, end.length));
      this.raw.write(end);
    }
    this.raw.uncork();
    this.endIfOverfull();
  }

  private endIfOverfull(): void {
    if (this.raw.writableLength > MOST_BYTES) this.socket.terminate();
  }
}
