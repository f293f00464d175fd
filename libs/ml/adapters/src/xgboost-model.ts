import type { Tree, TreeEnsemble } from '@kohort/ml-propensity';
import { xgboostErrors } from './xgboost-errors';

/** Sizes in bytes of the records of XGBoost 0.7's binary model, reserved fields included. */
const LEARNER_BYTES = 136;
const BOOSTER_BYTES = 160;
const TREE_BYTES = 148;
const NODE_BYTES = 20;
const STAT_BYTES = 16;
/** Of a split's feature word: the highest bit says that missing goes left. */
const MISSING_LEFT = 0x80000000;

/** Reads little-endian fields one after another and refuses to run over the end. */
class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The start of the next `size` bytes, which are then passed over. */
  take(size: number): number {
    const from = this.at;
    if (size < 0 || from + size > this.view.byteLength) throw unreadable(`it ends at byte ${this.view.byteLength}`);
    this.at = from + size;
    return from;
  }

  int(at: number): number {
    return this.view.getInt32(at, true);
  }

  uint(at: number): number {
    return this.view.getUint32(at, true);
  }

  float(at: number): number {
    return this.view.getFloat32(at, true);
  }

  text(): string {
    const length = this.uint(this.take(8));
    const from = this.take(length);
    return Array.from({ length }, (_, i) => String.fromCharCode(this.view.getUint8(from + i))).join('');
  }
}

const unreadable = (reason: string): Error => xgboostErrors.XGBOOST_MODEL_UNREADABLE({ reason });

/**
 * Reads the legacy binary model (XGBoost before 1.0) of a boosted-tree classifier into our trees. Nodes that pruning
 * left behind are dropped, the others numbered anew from the root.
 *
 * Shape   bytes: the whole model; thresholds and leaf values are float32 widened to doubles
 * Throws  XGBOOST_MODEL_UNREADABLE for another objective, booster or size than expected
 * Source  dmlc/xgboost v0.7: src/learner.cc, src/gbm/gbtree.cc, include/xgboost/tree_model.h
 */
export function parseXgboostModel(bytes: Uint8Array): TreeEnsemble {
  const reader = new Reader(bytes);
  const learner = reader.take(LEARNER_BYTES);
  // The engine has already turned the base score into a margin when it saves; -0 becomes 0.
  const baseMargin = reader.float(learner) + 0;
  const featureCount = reader.uint(learner + 4);
  const objective = reader.text();
  if (objective !== 'binary:logistic') throw unreadable(`its objective is "${objective}"`);
  const booster = reader.text();
  if (booster !== 'gbtree') throw unreadable(`its booster is "${booster}"`);
  const header = reader.take(BOOSTER_BYTES);
  const count = reader.int(header);
  const groups = reader.int(header + 24);
  if (count < 0 || groups > 1) throw unreadable(`it holds ${count} trees in ${groups} groups`);
  const trees = Array.from({ length: count }, () => readTree(reader, featureCount));
  // The group of each tree, always 0 where there is one; taken so that a model cut short is noticed.
  reader.take(count * 4);
  return { version: 1, kind: 'trees', featureCount, baseMargin, trees };
}

function readTree(reader: Reader, featureCount: number): Tree {
  const header = reader.take(TREE_BYTES);
  const nodes = reader.int(header + 4);
  const leafVector = reader.int(header + 20);
  if (nodes < 1 || leafVector !== 0) throw unreadable(`a tree has ${nodes} nodes and leaves of ${leafVector} values`);
  const nodesAt = reader.take(nodes * NODE_BYTES);
  const statsAt = reader.take(nodes * STAT_BYTES);
  const order = reachable(reader, nodesAt, nodes);
  const position = new Map(order.map((node, i) => [node, i]));
  const child = (node: number, field: number): number =>
    position.get(reader.int(nodesAt + node * NODE_BYTES + field)) ?? -1;
  const isLeaf = (node: number): boolean => reader.int(nodesAt + node * NODE_BYTES + 4) === -1;
  const word = (node: number): number => reader.uint(nodesAt + node * NODE_BYTES + 12);
  const number = (node: number): number => reader.float(nodesAt + node * NODE_BYTES + 16);
  const feature = order.map((node) => (isLeaf(node) ? -1 : word(node) % MISSING_LEFT));
  if (feature.some((index) => index >= featureCount)) throw unreadable('a split names an unknown feature');
  return {
    feature,
    threshold: order.map((node) => (isLeaf(node) ? 0 : number(node))),
    left: order.map((node) => (isLeaf(node) ? -1 : child(node, 4))),
    right: order.map((node) => (isLeaf(node) ? -1 : child(node, 8))),
    missingLeft: order.map((node) => (!isLeaf(node) && word(node) >= MISSING_LEFT ? 1 : 0)),
    value: order.map((node) => (isLeaf(node) ? number(node) : 0)),
    cover: order.map((node) => reader.float(statsAt + node * STAT_BYTES + 4)),
  };
}

/** Nodes from the root downwards, each parent before its children. */
function reachable(reader: Reader, nodesAt: number, nodes: number): number[] {
  const order = [0];
  for (let i = 0; i < order.length; i += 1) {
    const at = nodesAt + (order[i] as number) * NODE_BYTES;
    const left = reader.int(at + 4);
    if (left === -1) continue;
    const right = reader.int(at + 8);
    if (left < 0 || right < 0 || left >= nodes || right >= nodes || order.length > nodes) {
      throw unreadable('a node names a child that is not there');
    }
    order.push(left, right);
  }
  return order;
}
