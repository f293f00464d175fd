import { seededRandom } from '@kohort/kernel-clock-random';
import { IANAZone } from 'luxon';
import { isTimeZone, zoneOffsetMs } from './local-time';

/** Clocks that change by an hour, by half an hour, by a day; a quarter's offset; years of changes and of none. */
const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'],
  ...['Pacific/Apia', 'America/Recife', 'Africa/Monrovia', 'Asia/Gaza'],
];
const CHANGES = [
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-04-04T15:00Z',
  '2011-12-30T10:00Z',
  '1972-01-07T00:44:30Z',
];

describe('the offset of a zone', () => {
  it('is the one that luxon gives, at changes of clocks, beside them and anywhere', () => {
    const random = seededRandom(1);
    const near = CHANGES.map(Date.parse).flatMap((at) => [
      at - 900_000,
      at - 1,
      at,
      at + 1,
      at + 900_000,
      at + 3_600_000,
    ]);
    const anywhere = Array.from({ length: 200 }, () => Math.floor((random.next() * 80 - 10) * 31_557_600_000));
    for (const zone of ZONES) {
      const asked = [...near, ...anywhere, ...near];
      const luxon = asked.map((at) => IANAZone.create(zone).offset(at) * 60_000);
      expect({ zone, offsets: asked.map((at) => zoneOffsetMs(at, zone)) }).toEqual({ zone, offsets: luxon });
    }
  });

  it('is none at no instant', () => {
    expect(zoneOffsetMs(Number.NaN, 'Europe/Berlin')).toBeNaN();
    expect(zoneOffsetMs(1e300, 'Europe/Berlin')).toBeNaN();
  });
});

it('knows a zone, also when it is asked again, and no other', () => {
  for (const zone of ['Europe/Berlin', 'Mars/Olympus', '']) {
    const isThere = zone === 'Europe/Berlin';
    expect([isTimeZone(zone), isTimeZone(zone)]).toEqual([isThere, isThere]);
  }
});
