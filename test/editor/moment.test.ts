import assert from 'node:assert/strict';
import fc from 'fast-check';
import { localText, parseMoment } from '../../src/editor/wording/moment.ts';

const BERLIN = 'Europe/Berlin';
const NOW = Date.parse('2026-09-12T12:00:00.000Z');

function at(text: string, timeZone = BERLIN): string {
  const moment = parseMoment(text, NOW, timeZone);
  return typeof moment === 'string' ? moment : `${moment.at}${moment.twice ? ' twice' : ''}`;
}

describe('a typed date and time', () => {
  it('is in the local zone, in summer and winter', () => {
    assert.equal(at('2026-09-12 16:03'), '2026-09-12T14:03:00.000Z');
    assert.equal(at('2026-01-12T16:03:07'), '2026-01-12T15:03:07.000Z');
    assert.equal(at('2026-09-12 16:03', 'Asia/Kolkata'), '2026-09-12T10:33:00.000Z');
    assert.equal(at('2026-09-12'), '2026-09-11T22:00:00.000Z');
  });

  it('may leave the date to the calendar', () => {
    assert.equal(at('16:03'), '2026-09-12T14:03:00.000Z');
    assert.equal(at('yesterday 9:30'), '2026-09-11T07:30:00.000Z');
    assert.equal(at('Tomorrow'), '2026-09-12T22:00:00.000Z');
    assert.equal(at('today 00:30', 'Pacific/Auckland'), '2026-09-12T12:30:00.000Z');
  });

  it('may be an RFC 3339 instant in any zone', () => {
    assert.equal(at('2026-09-12T14:03:00Z'), '2026-09-12T14:03:00.000Z');
    assert.equal(at(' 2026-09-12T16:03:00.5+02:00 ', 'Asia/Tokyo'), '2026-09-12T14:03:00.500Z');
    assert.equal(at('2026-09-12 14:03 UTC'), '2026-09-12T14:03:00.000Z');
  });

  it('is refused when clocks skip it or it occurs twice', () => {
    assert.match(at('2026-03-29 02:30'), /does not exist in Europe\/Berlin, because clocks go forward/);
    assert.equal(at('2026-10-25 02:30'), '2026-10-25T00:30:00.000Z twice');
    assert.equal(at('2026-10-25 03:00'), '2026-10-25T02:00:00.000Z');
  });

  it('is refused when it is invalid', () => {
    for (const text of ['', 'noon', '12.9.2026', '2026-09-12 16', '2026-09-12 16:03 CEST'])
      assert.match(at(text), /^Enter a date and time such as/, text);
    for (const text of ['2026-02-30 10:00', '2026-13-01', '24:00', '12:60', '2026-02-30T10:00:00Z'])
      assert.match(at(text), /^This date or time does not exist/, text);
  });

  it('parses back from its own text in every zone, to the minute', () => {
    const zones = fc.constantFrom('UTC', BERLIN, 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    const minutes = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 });
    fc.assert(
      fc.property(minutes, zones, (minute, zone) => {
        const moment = parseMoment(localText(minute * 60_000, zone), NOW, zone);
        assert.ok(typeof moment !== 'string');
        // Of a time that is there twice it is the first.
        if (!moment.twice) assert.equal(Date.parse(moment.at), minute * 60_000);
      }),
    );
  });
});
