import { createHash } from 'node:crypto';
import { makeHistory, type History, type HistoryEvent, type TraitValue } from '../evaluate/history';
import { compareCodePoints } from '../values/code-points';
import { stableJson } from '../values/stable-json';
import type { FileMessage } from './message';

/** Joins identifiers into profiles; the outcome does not depend on the order of the links. */
class IdentityGraph {
  private readonly parents = new Map<string, string>();

  find(node: string): string {
    let root = node;
    for (;;) {
      const parent = this.parents.get(root) ?? root;
      if (parent === root) break;
      root = parent;
    }
    this.parents.set(node, root);
    return root;
  }

  add(node: string): void {
    if (!this.parents.has(node)) this.parents.set(node, node);
  }

  link(a: string, b: string): void {
    this.add(a);
    this.add(b);
    this.parents.set(this.find(a), this.find(b));
  }

  /** All identifiers by the root of their profile. */
  groups(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const node of this.parents.keys()) {
      const root = this.find(node);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [node]);
      else group.push(node);
    }
    return groups;
  }
}

const USER = 'u:';
const ANONYMOUS = 'a:';

/** The smallest userId in code-point order, else the smallest anonymousId. */
function canonicalId(nodes: readonly string[]): string {
  const users = nodes.filter((node) => node.startsWith(USER));
  const ids = (users.length > 0 ? users : nodes).map((node) => node.slice(2));
  return ids.reduce((least, id) => (compareCodePoints(id, least) < 0 ? id : least));
}

/** Links what each message links. `previousId` names whatever identifiers the file knows by it, else an anonymous one. */
function linkIdentities(messages: readonly FileMessage[]): IdentityGraph {
  const graph = new IdentityGraph();
  const users = new Set(messages.flatMap((message) => message.userId ?? []));
  const anonymous = new Set(messages.flatMap((message) => message.anonymousId ?? []));
  for (const { userId, anonymousId, previousId, type } of messages) {
    const user = userId === null ? null : USER + userId;
    const guest = anonymousId === null ? null : ANONYMOUS + anonymousId;
    if (user !== null) graph.add(user);
    if (guest !== null) graph.add(guest);
    if (user !== null && guest !== null) graph.link(user, guest);
    if (type !== 'alias' || user === null || previousId === null) continue;
    if (users.has(previousId)) graph.link(USER + previousId, user);
    if (anonymous.has(previousId) || !users.has(previousId)) graph.link(ANONYMOUS + previousId, user);
  }
  return graph;
}

/**
 * Gives every message an id of its own. One without a messageId counts as unique; its id comes from its content and, for
 * equal contents, a count, so that the order of the lines has no part in it.
 */
function withIds(messages: readonly FileMessage[]): readonly (FileMessage & { readonly id: string })[] {
  const seen = new Map<string, number>();
  return messages.map((message) => {
    if (message.messageId !== null) return { ...message, id: message.messageId };
    const { type, userId, anonymousId, previousId, event, properties, traits, time } = message;
    const content = stableJson([type, userId, anonymousId, previousId, event, properties, traits, time]);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const nth = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, nth);
    return { ...message, id: `no-message-id:${digest}:${nth}` };
  });
}

function onlyFirst(messages: readonly FileMessage[]): readonly FileMessage[] {
  const seen = new Set<string>();
  return messages.filter(({ messageId }) => {
    if (messageId === null) return true;
    if (seen.has(messageId)) return false;
    seen.add(messageId);
    return true;
  });
}

/**
 * Makes one history for each canonical profile of a file, sorted by id in code-point order. `group` messages are
 * ignored; repeated messageIds count once, the first line with it.
 */
export function buildProfiles(all: readonly FileMessage[]): readonly History[] {
  const messages = withIds(onlyFirst(all).filter((message) => message.type !== 'group'));
  const graph = linkIdentities(messages);
  const ids = new Map([...graph.groups()].map(([root, nodes]) => [root, canonicalId(nodes)]));
  const records = new Map<string, { events: HistoryEvent[]; traits: (TraitValue & { key: string })[] }>();
  for (const id of ids.values()) records.set(id, { events: [], traits: [] });
  for (const message of messages) {
    const node = message.userId === null ? ANONYMOUS + (message.anonymousId ?? '') : USER + message.userId;
    const into = records.get(ids.get(graph.find(node)) ?? '');
    if (into === undefined) continue;
    const { id, event: name, time, properties } = message;
    if (name !== null) into.events.push({ id, name, time, properties });
    if (message.type !== 'identify') continue;
    for (const [key, value] of Object.entries(message.traits)) into.traits.push({ key, value, time, messageId: id });
  }
  return [...records]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([profileId, { events, traits }]) => makeHistory({ profileId, events, traits }));
}
