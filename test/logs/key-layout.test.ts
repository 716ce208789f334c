import * as fc from 'fast-check';
import {
  EARLY_MARGIN_MS,
  judgeFolder,
  judgeKey,
  LATE_MARGIN_MS,
  readLogAccount,
} from '../../logs/key-layout.ts';
import cases from '../cases/logs/key-layout.json' with { type: 'json' };

/** One case of the file: a folder or a key, and the time asked for. */
interface LayoutCase {
  readonly name: string;
  readonly folder?: string;
  readonly key?: string;
  readonly since?: string;
  readonly until?: string;
  readonly expected: string;
}

describe('where calls of a time are looked for', () => {
  it.each(cases as readonly LayoutCase[])('$name', ({ folder, key, since, until, expected }) => {
    const span = {
      sinceMs: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
      untilMs: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until),
    };
    expect(folder === undefined ? judgeKey(key ?? '', span) : judgeFolder(folder, span)).toBe(expected);
  });

  it('is every place where a call of that time may be delivered, and none that is a day further away', () => {
    const DAY_MS = 86_400_000;
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
        fc.integer({ min: 1, max: 400 * DAY_MS }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: -EARLY_MARGIN_MS, max: LATE_MARGIN_MS - 1 }),
        (sinceMs, lengthMs, share, delayMs) => {
          const span = { sinceMs, untilMs: sinceMs + lengthMs };
          const wanted = listPlaces(sinceMs + Math.floor(share * lengthMs) + delayMs);
          expect(wanted.map((judge) => judge(span))).toEqual(Array(4).fill('wanted'));
          const [, , , early] = listPlaces(sinceMs - EARLY_MARGIN_MS - DAY_MS);
          const [, , , late] = listPlaces(span.untilMs + LATE_MARGIN_MS + DAY_MS);
          expect([early?.(span), late?.(span)]).toEqual(['otherTime', 'otherTime']);
        },
      ),
      { seed: 20261121 },
    );
  });
});

const NAME = '111122223333_CloudTrail_eu-west-1_20261121T1005Z_Ab1.json.gz';

describe('the account of a log file', () => {
  it.each([
    ['of a trail', `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/${NAME}`, '111122223333'],
    [
      'under a prefix',
      `audit/logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/${NAME}`,
      '111122223333',
    ],
    [
      'of an organization',
      `AWSLogs/o-exampleorgid/444455556666/CloudTrail/us-gov-west-1/2026/11/21/${NAME}`,
      '444455556666',
    ],
    ['that is a digest', `AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/21/${NAME}`, undefined],
    [
      'with the name of a digest',
      `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/111122223333_CloudTrail-Digest_x.json.gz`,
      undefined,
    ],
    ['of another service', `AWSLogs/111122223333/Config/eu-west-1/2026/11/21/${NAME}`, undefined],
    ['outside its folder', `exports/${NAME}`, undefined],
    ['that is none', 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/notes.txt', undefined],
  ])('%s is read from its key', (_, key, account) => {
    expect(readLogAccount(key)).toBe(account);
  });
});

/** The year, month and day of a delivery, and the file itself, each to be judged. */
function listPlaces(
  deliveredMs: number,
): readonly ((span: { readonly sinceMs: number; readonly untilMs: number }) => string)[] {
  const iso = new Date(deliveredMs).toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  const region = 'AWSLogs/111122223333/CloudTrail/eu-west-1';
  const time = iso.slice(0, 16).replaceAll(/[-:]/g, '');
  return [
    (span) => judgeFolder(`${region}/${year}/`, span),
    (span) => judgeFolder(`${region}/${year}/${month}/`, span),
    (span) => judgeFolder(`${region}/${year}/${month}/${day}/`, span),
    (span) =>
      judgeKey(
        `${region}/${year}/${month}/${day}/111122223333_CloudTrail_eu-west-1_${time}Z_x.json.gz`,
        span,
      ),
  ];
}
