import { composeProjection } from '../../../core/athena/log-table.ts';
import { listProjectedFolders } from '../../../core/athena/projected-folders.ts';
import { priceScans } from '../../../core/athena/scan-cost.ts';
import { listScannedDays, selectDays } from '../../../core/athena/scan-window.ts';

const WINDOW = { sinceMs: Date.parse('2026-02-27T22:00:00Z'), untilMs: Date.parse('2026-03-01T00:00:00Z') };
const PLACE = {
  bucket: 'logs',
  prefix: 'AWSLogs/',
  accounts: ['111122223333', '444455556666'],
  regions: ['eu-west-1'],
  since: '2026-02-28',
};

describe('what a query scans', () => {
  it('is the folders of its days, and of the day after, since a record may be delivered late', () => {
    expect(listScannedDays(WINDOW)).toEqual(['2026/02/27', '2026/02/28', '2026/03/01']);
    expect(selectDays({ kind: 'window', ...WINDOW })).toBe("day BETWEEN '2026/02/27' AND '2026/03/01'");
  });

  it('is listed from the properties that the table is made with', () => {
    expect(listProjectedFolders(composeProjection(PLACE), WINDOW)).toEqual({
      kind: 'folders',
      bucket: 'logs',
      prefixes: [
        'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/28/',
        'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/',
        'AWSLogs/444455556666/CloudTrail/eu-west-1/2026/02/28/',
        'AWSLogs/444455556666/CloudTrail/eu-west-1/2026/03/01/',
      ],
    });
  });

  it('cannot be told of a table without projection, nor of more folders than can be listed', () => {
    expect(listProjectedFolders({}, WINDOW).kind).toBe('unknown');
    const long = { sinceMs: Date.parse('2000-01-01'), untilMs: Date.parse('2030-01-01') };
    expect(listProjectedFolders(composeProjection({ ...PLACE, since: '2000-01-01' }), long)).toEqual({
      kind: 'unknown',
      why: '21918 folders would have to be listed',
    });
  });

  it('costs five dollars a terabyte, ten megabytes at least, each time that it is read', () => {
    expect(priceScans(1e12, 2)).toBe(10);
    expect(priceScans(1, 1)).toBeCloseTo(0.00005);
  });
});
