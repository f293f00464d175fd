import type { Entity } from '../rule/parsed-rule';
import { numberColumn, type Pass } from './pass';
import type { SqlParams } from './sql-params';

/** The columns of `account_people` on the side of those who are judged, and of those that relations lead to. */
const SIDES: Readonly<Record<Entity, { readonly own: string; readonly other: string }>> = {
  profile: { own: 'profile_id', other: 'account_id' },
  account: { own: 'account_id', other: 'profile_id' },
};

/** What is asked through relations: for how many of the others it holds, and how many there are. One reading for all. */
export class RelationPass {
  /** Over the others. */
  readonly conditions: string[] = [];

  constructor(
    private readonly entity: Entity,
    private readonly now: number,
  ) {}

  /** The columns with the numbers of a condition over the others. */
  columns(condition: string): { readonly matching: string; readonly total: string } {
    const known = this.conditions.indexOf(condition);
    const place = known < 0 ? this.conditions.push(condition) - 1 : known;
    return { matching: `related${place}`, total: 'related' };
  }

  /** The reading; `answers` gives each of the others with a column for each condition. */
  pass(answers: string, params: SqlParams): Pass {
    const { own, other } = SIDES[this.entity];
    const links = `SELECT ${own} AS subject, ${other} AS other FROM account_people WHERE workspace_id = {workspaceId:UUID} AND since <= ${params.instant(this.now)} GROUP BY subject, other`;
    const sums = this.conditions.map((_, i) => `sum(found.r${i}) AS related${i}`);
    return {
      columns: ['related', ...this.conditions.map((_, i) => `related${i}`)].map((name) => numberColumn(name)),
      sql: `SELECT link.subject AS profile_id, ${['count() AS related', ...sums].join(', ')} FROM (${links}) AS link INNER JOIN (${answers}) AS found ON found.profile_id = link.other GROUP BY link.subject`,
    };
  }
}
