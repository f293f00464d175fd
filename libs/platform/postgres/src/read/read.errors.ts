import { defineErrors } from '@kohort/kernel-errors';

/** What can go wrong when the API reads. */
export const readErrors = defineErrors({
  READ_CURSOR_INVALID: { kind: 'invalid-input', message: () => 'this cursor was not made by this list' },
  READ_RANGE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `a range begins before it ends, before now, and has at most ${String(d['limit'])} steps`,
  },
  READ_SEGMENTS_OUT_OF_RANGE: {
    kind: 'invalid-input',
    message: (d) => `1 to ${String(d['limit'])} segments, each once, are held against each other`,
  },
  READ_TOO_MANY_GROUPS: {
    kind: 'invalid-input',
    message: (d) => `the trait "${String(d['trait'])}" has too many values: name one that puts people into groups`,
  },
  READ_DEADLINE: { kind: 'transient', message: () => 'the time allowed for this operation is over; ask for less' },
});
