/**
 * How often in a row a task was begun alone in its worker and ended with no word. When a process is killed, all that it
 * was at looks alike; only what runs alone when its worker ends is what ends it.
 */
export const loneStarts = `
alter table task add column lone_starts int not null default 0;
`;
