/** From so many failed tries on, a page is suspected of being what fails. */
const SUSPECT_AFTER = 5;

/**
 * How many members of equal standing go out together. A page that fails again and again while others succeed is halved
 * with each try, so that one poisonous record ends up alone.
 *
 * Shape   attempts: of the page's first member
 */
export function pageSize(pageMembers: number, attempts: number): number {
  if (attempts < SUSPECT_AFTER) return pageMembers;
  return Math.max(1, Math.floor(pageMembers / 2 ** Math.min(attempts - SUSPECT_AFTER + 1, 30)));
}
