import { randomUUID } from 'node:crypto';
import type {
  EventId,
  Fence,
  HistoryEvent,
  JobControl,
  Json,
  MessageScreen,
  RebuildAsked,
  RebuildOutcome,
  RebuildPart,
  RebuildWork,
  Rebuilding,
} from '@kohort/kernel-contracts';
import type { Database, TransactionOptions, WorkspaceTransaction } from '../database';
import { saveCheckpoint } from '../runs/run-handler';
import { decidedLinks, eventsById, historyPage } from './history-page';
import { chunked, EMPTY_PIECE, isLarge, packParts, piecesOf, ROWS_AT_ONCE } from './rebuild-pieces';
import { changedEvents, changedProfiles, countLive, liveEvents, readStanding } from './rebuild-reads';
import {
  beginSwitch,
  beginning,
  checkpointOf,
  dropSlices,
  endSwitch,
  keepSlice,
  keptSlice,
  openTransaction,
  packSlice,
  type RebuildCheckpoint,
} from './rebuild-state';
import { activate, changesOf, writePart, type EventChanges, type SwitchWrite } from './rebuild-writes';

/** How much of a rebuild stands in one step. */
export interface RebuildSizes {
  /** Events a slice; 5,000 when absent. */
  readonly events?: number;
  /** Rows and events a transaction of the switch; 400 when absent. */
  readonly rows?: number;
}

/** A rebuild that a run is at. */
export interface RebuildStart {
  readonly database: Database;
  readonly fence: Fence;
  readonly asked: RebuildAsked;
  readonly control: JobControl;
  readonly checkpoint: Json;
  readonly screen: MessageScreen | null;
  readonly sizes: RebuildSizes;
}

const EVENTS_AT_ONCE = 5_000;
/** The tail is read while everything goes on until it is so short, or so often. */
const SHORT_TAIL = 1_000;
const MOST_ROUNDS = 5;

const NO_CHANGES: EventChanges = { moves: [], assignments: [] };

/** One rebuild, from wherever it was left. */
export class RebuildRun {
  private readonly work: RebuildWork;
  private at: RebuildCheckpoint = beginning('0');

  constructor(private readonly start: RebuildStart) {
    this.work = start.asked.work();
  }

  private in<T>(work: (tx: WorkspaceTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    this.start.control.signal?.throwIfAborted();
    return this.start.database.inWorkspace(this.start.fence.workspaceId, work, options);
  }

  private reads<T>(work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
    return this.in(work, { readOnly: true });
  }

  /** A transaction after which the run stands at `next`. */
  private async step(
    next: Partial<RebuildCheckpoint>,
    write: (tx: WorkspaceTransaction) => Promise<void>,
  ): Promise<void> {
    const at = { ...this.at, ...next };
    await this.in(async (tx) => {
      await write(tx);
      // Last, so that the run's row, where its progress is written, is held for a moment only.
      await saveCheckpoint(tx, this.start.fence, { ...at });
    });
    this.at = at;
  }

  private say(phase: string, done: number, total: number | null): void {
    this.start.control.onProgress?.({ phase, done, total });
  }

  private get events(): { readonly withContext: boolean; readonly screen: MessageScreen | null } {
    return { withContext: this.work.withContext, screen: this.start.screen };
  }

  /** See `IdentityHistory.rebuild`. */
  async run(): Promise<RebuildOutcome> {
    const { fence, asked, checkpoint } = this.start;
    const { workspaceId } = fence;
    this.at = checkpointOf(checkpoint) ?? beginning(await this.reads(openTransaction));
    if (!this.at.isDone) {
      for (;;) {
        await this.readHistory();
        if (await this.catchUp()) break;
        await this.startOver();
      }
      await this.switchAll();
      await this.step({ isDone: true }, async (tx) => {
        await activate(tx, workspaceId, asked.version);
        await endSwitch(tx, fence);
      });
    }
    await this.drop('own');
    const { events, moved, profilesBefore } = this.at;
    return { events, moved, profilesBefore, profilesAfter: await this.reads((tx) => countLive(tx, workspaceId)) };
  }

  private async drop(whose: 'own' | 'ended'): Promise<void> {
    while (await this.in((tx) => dropSlices(tx, this.start.fence, whose)));
  }

  private async startOver(): Promise<void> {
    await this.drop('own');
    const began = await this.reads(openTransaction);
    const { final, profilesBefore, moved } = this.at;
    await this.step({ ...beginning(began), final, profilesBefore, moved }, () => Promise.resolve());
  }

  private async keep(events: readonly HistoryEvent[], next: Partial<RebuildCheckpoint>): Promise<void> {
    const body = this.work.slice(events);
    const slice = this.at.slices;
    const packed = packSlice(body);
    await this.step({ ...next, slices: slice + 1 }, (tx) => keepSlice(tx, this.start.fence, { slice, packed }));
    this.work.absorb(body);
  }

  private async readHistory(): Promise<void> {
    const { fence, sizes } = this.start;
    await this.drop('ended');
    for (let slice = 0; slice < this.at.slices; slice += 1) {
      this.work.absorb(await this.reads((tx) => keptSlice(tx, fence, slice)));
    }
    while (!this.at.isRead) {
      const of = { after: this.at.after, limit: sizes.events ?? EVENTS_AT_ONCE, ...this.events };
      const page = await this.reads((tx) => historyPage(tx, fence.workspaceId, of));
      const events = this.at.events + page.events.length;
      await this.keep(page.events, { after: page.next, isRead: page.next === null, events });
      this.say('reading history', events, null);
    }
  }

  /** What came meanwhile, while everything goes on; then once more while decisions wait. False: it has to start over. */
  private async catchUp(): Promise<boolean> {
    const { fence, asked } = this.start;
    const { workspaceId } = fence;
    for (let round = 0; round < MOST_ROUNDS && !this.at.final; round += 1) {
      const tail = await this.readTail();
      if (tail === null) return false;
      if (tail < SHORT_TAIL) break;
    }
    await this.step({ final: true }, (tx) => beginSwitch(tx, fence, asked.version));
    if ((await this.readTail()) === null) return false;
    if (this.at.profilesBefore === 0) {
      const profilesBefore = await this.reads((tx) => countLive(tx, workspaceId));
      await this.step({ profilesBefore }, () => Promise.resolve());
    }
    const touched = await this.reads((tx) => changedProfiles(tx, { workspaceId, xid: this.at.began }));
    this.work.forget(touched);
    const owned = await this.reads((tx) => liveEvents(tx, workspaceId, touched));
    for (const ids of chunked(owned, this.start.sizes.events ?? EVENTS_AT_ONCE)) {
      this.work.owned(await this.eventsOf(ids));
    }
    return true;
  }

  private eventsOf(ids: readonly EventId[]): Promise<readonly HistoryEvent[]> {
    return this.reads((tx) => eventsById(tx, this.start.fence.workspaceId, { ids, ...this.events }));
  }

  /** Answers how many events it was; null when one that counts for known people alone has lost its person since. */
  private async readTail(): Promise<number | null> {
    const { workspaceId } = this.start.fence;
    const since = await this.reads(openTransaction);
    const changed = await this.reads((tx) => changedEvents(tx, { workspaceId, xid: this.at.since }));
    const assigned = new Set(changed.assigned);
    const ids = [...new Set([...changed.stored, ...assigned])];
    const pages = chunked(ids, this.start.sizes.events ?? EVENTS_AT_ONCE);
    for (const [done, page] of pages.entries()) {
      const events = await this.eventsOf(page);
      if (events.some((event) => event.knownOnly && event.profileId === null && assigned.has(event.eventId)))
        return null;
      // Where the tail ends is kept with its last page: one that was kept twice says nothing new.
      await this.keep(events, done === pages.length - 1 ? { since } : {});
      this.say('reading what came meanwhile', done + 1, pages.length);
    }
    return ids.length;
  }

  private async switchAll(): Promise<void> {
    const { fence, asked, sizes } = this.start;
    const { workspaceId } = fence;
    this.work.decide(await this.reads((tx) => decidedLinks(tx, workspaceId)));
    const standing = await this.reads((tx) => readStanding(tx, workspaceId));
    this.say('judging', 0, null);
    const rebuilding = this.work.settle(standing);
    const { profiles } = rebuilding;
    const write: SwitchWrite = {
      workspaceId,
      rulesVersion: asked.version,
      profiles,
      ids: profiles.map((profile) => profile.id ?? randomUUID()),
      made: new Set(),
      open: standing.links.filter(({ state }) => state === 'refused' || state === 'held'),
    };
    const packed = packParts(rebuilding.parts, sizes.rows);
    for (const [done, part] of packed.entries()) {
      await this.switchPart(write, rebuilding, part);
      this.say('switching', done + 1, packed.length);
    }
  }

  private async switchPart(write: SwitchWrite, { targetOf }: Rebuilding, part: RebuildPart): Promise<void> {
    const { workspaceId } = write;
    const most = this.start.sizes.rows ?? ROWS_AT_ONCE;
    const owned = await this.reads((tx) => liveEvents(tx, workspaceId, part.movers));
    const put = async (piece: RebuildPart, changes: EventChanges): Promise<void> => {
      let moved = 0;
      await this.step({}, async (tx) => {
        moved = await writePart(tx, write, { part: piece, changes });
      });
      this.at = { ...this.at, moved: this.at.moved + moved };
    };
    const pages = chunked([...owned, ...part.unowned], most);
    const changesIn = async (ids: readonly EventId[]): Promise<EventChanges> =>
      changesOf(await this.eventsOf(ids), { ids: write.ids, targetOf });
    if (!isLarge(part, most)) {
      const changes: EventChanges[] = [];
      for (const ids of pages) changes.push(await changesIn(ids));
      const moves = changes.flatMap((one) => one.moves);
      return put(part, { moves, assignments: changes.flatMap((one) => one.assignments) });
    }
    const { before, after } = piecesOf(part, most);
    for (const piece of before) await put(piece, NO_CHANGES);
    for (const ids of pages) {
      const changes = await changesIn(ids);
      if (changes.moves.length + changes.assignments.length > 0) await put(EMPTY_PIECE, changes);
    }
    for (const piece of after) await put(piece, NO_CHANGES);
  }
}
