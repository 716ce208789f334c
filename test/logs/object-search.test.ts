import { findLogObjects, readObjectPlace } from '../../logs/object-search.ts';
import type { ObjectStore } from '../../logs/object-store.ts';
import { ALL_TIME } from '../../logs/replay/replay-logs.ts';

/** A store in memory, which tells what was asked of it. */
function keepObjects(keys: readonly string[], broken: readonly string[] = []) {
  const listed: string[] = [];
  const most = { atATime: 0, now: 0 };
  const store: ObjectStore = {
    findObject: async (_bucket, key) => (keys.includes(key) ? { key, bytes: 7 } : undefined),
    listFolder: async (_bucket, folder) => {
      listed.push(folder);
      most.now += 1;
      most.atATime = Math.max(most.atATime, most.now);
      await new Promise(setImmediate);
      most.now -= 1;
      if (broken.includes(folder)) throw Object.assign(new Error('S3 says no'), { code: 'ObjectUnreadable' });
      const inside = keys.filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
      return {
        folders: [...new Set(inside.filter((key) => key.includes('/')).map((key) => key.split('/')[0]))].map(
          (name) => `${folder}${name}/`,
        ),
        objects: inside
          .filter((key) => !key.includes('/'))
          .map((key) => ({ key: `${folder}${key}`, bytes: 7 })),
      };
    },
    openObject: () => {
      throw new Error('not read here');
    },
  };
  return { store, listed, most };
}

async function find(path: string, { store }: ReturnType<typeof keepObjects>, window = ALL_TIME) {
  const told: (readonly [number, number])[] = [];
  const found = await findLogObjects(store, { bucket: 'logs', path }, window, (...counts) =>
    told.push(counts),
  );
  return { ...found, files: found.files.map(({ name }) => name), told };
}

const REGION = 'AWSLogs/111122223333/CloudTrail/eu-west-1';
const file = (day: string, time: string): string =>
  `${REGION}/2026/10/${day}/111122223333_CloudTrail_eu-west-1_202610${day}T${time}Z_x.json.gz`;

describe('logs in a store', () => {
  it('come in the order of their keys, whichever folder is listed first', async () => {
    const keys = ['b/2.json', 'a.json', 'b/1.ndjson.gz', 'b.json', 'c/d/e.jsonl'];
    const { files } = await find('', keepObjects(keys));
    expect(files).toEqual(
      ['a.json', 'b.json', 'b/1.ndjson.gz', 'b/2.json', 'c/d/e.jsonl'].map((key) => `s3://logs/${key}`),
    );
  });

  it('are those whose names are names of logs', async () => {
    const { files } = await find('x', keepObjects(['x/a.json.gz', 'x/b.csv', 'x/c', 'x/', 'x/d.parquet']));
    expect(files).toEqual(['s3://logs/x/a.json.gz']);
  });

  it.each(['x', 'x/'])('of the folder `%s` are not those of its neighbours', async (path) => {
    const { files } = await find(path, keepObjects(['x/a.json', 'x-of-others/a.json', 'x.json']));
    expect(files).toEqual(['s3://logs/x/a.json']);
  });

  it.each([
    ['whatever it is called', ['x', 'xy']],
    ['however old it says that it is', ['111122223333_CloudTrail_eu-west-1_20200101T0000Z_x.json.gz']],
  ])('are the object that is named, %s', async (_which, keys) => {
    const window = { sinceMs: Date.parse('2026-10-05T12:00:00Z'), untilMs: Number.POSITIVE_INFINITY };
    const { files } = await find(keys[0] ?? '', keepObjects(keys), window);
    expect(files).toEqual([`s3://logs/${keys[0]}`]);
  });

  it('are none where nothing is there', async () => {
    expect(await find('x', keepObjects(['xy/a.json']))).toMatchObject({
      files: [],
      unreadable: [],
      otherTime: 0,
    });
  });

  it('are counted as they are found', async () => {
    const { told } = await find('', keepObjects(['a.json', 'b/1.json', 'b/2.json']));
    expect(told).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it('are looked for only where the time asked for can be', async () => {
    const keys = [
      file('04', '0005'),
      file('05', '1055'),
      file('05', '1105'),
      file('05', '1805'),
      file('06', '1255'),
      file('06', '1305'),
      file('07', '0005'),
      'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/05/d.json.gz',
      'AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/10/05/i.json.gz',
    ];
    const world = keepObjects(keys);
    const window = {
      sinceMs: Date.parse('2026-10-05T12:00:00Z'),
      untilMs: Date.parse('2026-10-05T13:00:00Z'),
    };
    const { files, otherTime } = await find('', world, window);
    expect(files).toEqual(
      [file('05', '1105'), file('05', '1805'), file('06', '1255')].map((key) => `s3://logs/${key}`),
    );
    expect(world.listed.filter((folder) => /-(Digest|Insight)|10\/0[47]/.test(folder))).toEqual([]);
    // The days before and after, and two files.
    expect(otherTime).toBe(4);
  });

  it('are found all the same where one folder cannot be listed, which is told', async () => {
    const found = await find('', keepObjects(['a/1.json', 'b/2.json'], ['a/']));
    expect(found.files).toEqual(['s3://logs/b/2.json']);
    expect(found.unreadable).toEqual([{ file: 's3://logs/a/', reason: 'S3 says no' }]);
  });

  it('cannot be found where the place itself cannot be listed', async () => {
    await expect(find('a', keepObjects(['a/1.json'], ['a/']))).rejects.toThrow('S3 says no');
  });

  it('are listed many folders at a time, but not all', async () => {
    const world = keepObjects(Array.from({ length: 200 }, (_, index) => `${index}/a.json`));
    expect((await find('', world)).files).toHaveLength(200);
    expect(world.most.atATime).toBe(24);
  });
});

describe('a place in a store', () => {
  it.each([
    ['s3://logs', { bucket: 'logs', path: '' }],
    ['s3://logs/', { bucket: 'logs', path: '' }],
    ['s3://logs/a/b', { bucket: 'logs', path: 'a/b' }],
    ['s3://my.logs-1/a b/ü/', { bucket: 'my.logs-1', path: 'a b/ü/' }],
    ['s3://logs//a', { bucket: 'logs', path: '/a' }],
    ['s3://', '`s3://` names no bucket, expected `s3://BUCKET` or `s3://BUCKET/PREFIX`'],
    ['s3:///a', '`s3:///a` names no bucket, expected `s3://BUCKET` or `s3://BUCKET/PREFIX`'],
    ['s3://a b/c', '`a b` is not the name of a bucket, expected letters, digits, dots and hyphens'],
  ])('%s', (text, expected) => {
    expect(readObjectPlace(text)).toEqual(expected);
  });
});
