import { parseEventTime } from '../../../core/record/event-time.ts';

test.each([
  ['2026-10-01T12:00:00Z', Date.UTC(2026, 9, 1, 12)],
  ['2026-10-01T14:00:00+02:00', Date.UTC(2026, 9, 1, 12)],
  ['2026-10-01T12:00:00', Number.NaN],
  ['2026-10-01', Number.NaN],
  ['yesterday', Number.NaN],
  ['99Z', Number.NaN],
  [null, Number.NaN],
])('%j is %d: a time without a zone is another one on another machine', (text, ms) => {
  expect(parseEventTime(text)).toBe(ms);
});
