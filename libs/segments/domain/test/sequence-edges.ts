/** Sequences each of whose bounds is met by people of `latticePerson`: exactly, a millisecond short, a millisecond over. */

const [A, B, C] = ['A', 'B', 'C'].map((name) => ({ name }));
const half = { n: 30, unit: 'minute' };
const hours = { n: 2, unit: 'hour' };
const day = { n: 1, unit: 'day' };
const ref = (op: string, step: string, own = 'q', other = own): object => ({ path: own, op, ref: `${step}.${other}` });
const two = (more: object, gap?: object): object => ({
  steps: [
    { as: 'a', event: A },
    { as: 'b', event: B, ...(gap === undefined ? {} : { gap }) },
  ],
  ...more,
});
/** As `two`, but with a reference that makes every pair be looked at. */
const paired = (more: object, gap?: object, op = 'neq'): object => ({
  steps: [
    { as: 'a', event: A },
    { as: 'b', event: { ...B, where: [ref(op, 'a')] }, ...(gap === undefined ? {} : { gap }) },
  ],
  ...more,
});
const three = (last: object, more: object): object => ({
  steps: [
    { as: 'a', event: A },
    { as: 'b', event: B, gap: { max: hours } },
    { as: 'c', event: { ...C, ...last } },
  ],
  ...more,
});
const none = (more: object): object => ({ event: C, ...more });

export const SEQUENCE_EDGES: readonly object[] = [
  two({}),
  two({}, { max: half }),
  two({}, { min: half }),
  two({}, { min: hours, max: day }),
  two({ order: 'strict' }),
  two({ keyBy: 'q' }, { max: hours }),
  two({ keyBy: 'p' }),
  { steps: [{ event: A }, { event: A }] },
  { steps: [{ event: A }, { event: A, gap: { min: half, max: half } }], keyBy: 'q' },
  {
    steps: [
      { as: 'a', event: {} },
      { as: 'b', event: {} },
      { as: 'c', event: {} },
    ],
    order: 'strict',
    keyBy: 'q',
  },
  two({ without: [none({ after: 'a', before: 'b' })] }),
  two({ without: [{ event: B, after: 'a', before: 'b' }] }, { min: half }),
  two({ without: [none({ after: 'b', within: half })] }),
  two({ without: [none({ after: 'a', within: hours })] }, { max: day }),
  two({ without: [{ event: { ...C, where: [ref('eq', 'b')] }, after: 'b', within: half }] }),
  two({ without: [{ event: { ...C, where: [ref('gt', 'b')] }, after: 'b', within: half }] }),
  two({ without: [{ event: { ...C, where: [ref('eq', 'a')] }, after: 'b', within: hours }] }),
  two({ without: [{ event: { ...C, where: [ref('eq', 'b')] }, after: 'a', before: 'b' }] }),
  two({ without: [{ event: { ...A, where: [ref('eq', 'a')] }, after: 'a', before: 'b' }] }),
  two({ without: [{ event: { where: [ref('neq', 'b')] }, after: 'b', within: half }] }),
  two({ without: [{ event: { where: [ref('neq', 'a')] }, after: 'b', within: half }] }),
  {
    ...two({}),
    steps: [
      { as: 'a', event: A },
      { as: 'b', event: { ...B, where: [ref('eq', 'a')] }, gap: { max: hours } },
    ],
  },
  paired({}, { max: half }),
  paired({}, { min: half }),
  paired({ keyBy: 'p' }),
  paired({ order: 'strict' }),
  paired({ without: [none({ after: 'a', before: 'b' })] }, { max: day }, 'gte'),
  paired({ without: [{ event: { ...C, where: [ref('neq', 'a')] }, after: 'a', before: 'b' }] }, { max: day }),
  {
    steps: [
      { as: 'a', event: A },
      { as: 'b', event: { ...B, where: [ref('before', 'a', 'when')] } },
    ],
  },
  {
    steps: [
      { as: 'a', event: A },
      { as: 'b', event: { ...B, where: [ref('gt', 'a', 'p', 'q')] } },
    ],
  },
  three({}, { without: [{ event: C, after: 'a', before: 'c' }] }),
  three({ where: [ref('eq', 'a')] }, {}),
  three({ where: [ref('neq', 'a'), ref('eq', 'b')] }, { without: [{ event: A, after: 'a', before: 'c' }] }),
  two({ window: { session: { gap: half } } }),
  two({ window: { withinFirst: hours } }, { max: half }),
  two({ window: { last: hours } }),
];
