import type { LogFile, LogObject } from '../../logs/log-files.ts';
import { createObjectsAhead, fetchFiles } from '../../logs/objects-ahead.ts';

const MIB = 1024 * 1024;
const tick = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Objects whose answers come when the test says so. */
function keepObjects(sizes: readonly number[]) {
  const answers: (() => void)[] = [];
  const asked: number[] = [];
  const files = sizes.map(
    (bytes, index): LogObject => ({
      kind: 'object',
      name: `s3://logs/${index}`,
      bytes,
      open: async function* (signal) {
        asked.push(index);
        await new Promise<void>((resolve, reject) => {
          answers.push(resolve);
          signal.addEventListener('abort', () => reject(new Error('ended')));
        });
        yield Buffer.from(`${index}:`);
        yield Buffer.from('end');
      },
    }),
  );
  return { files, asked, answers };
}

const answering = (index: number, text: string): LogObject => ({
  kind: 'object',
  name: `s3://logs/${index}`,
  bytes: text.length,
  open: async function* () {
    yield Buffer.from(text);
  },
});

async function collect(files: readonly LogFile[]): Promise<LogFile[]> {
  const given: LogFile[] = [];
  for await (const file of fetchFiles(files)) given.push(file);
  return given;
}

describe('objects that are fetched ahead', () => {
  it('come in their order, among files that need no fetching', async () => {
    const local: LogFile = { kind: 'file', name: 'a.json', path: '/a.json', bytes: 3 };
    const given = await collect([answering(0, 'zero'), local, answering(1, 'one')]);
    expect(given).toEqual([
      { kind: 'fetched', name: 's3://logs/0', bytes: 4, content: new Uint8Array(Buffer.from('zero')) },
      local,
      { kind: 'fetched', name: 's3://logs/1', bytes: 3, content: new Uint8Array(Buffer.from('one')) },
    ]);
  });

  it('have a buffer of their own, which can leave the thread', async () => {
    const [file] = await collect([answering(0, 'small')]);
    expect(file?.kind === 'fetched' && file.content.buffer.byteLength).toBe(5);
  });

  it('are lost one by one, each with its reason', async () => {
    const broken: LogObject = {
      ...answering(0, 'x'),
      open: () => {
        throw Object.assign(new Error('it is gone'), { code: 'ObjectUnreadable' });
      },
    };
    expect((await collect([broken, answering(1, 'one')])).map(({ kind }) => kind)).toEqual([
      'lost',
      'fetched',
    ]);
  });

  it('are streamed instead where they are large', async () => {
    const { files, asked } = keepObjects([9 * MIB]);
    expect(await createObjectsAhead(files).take(0)).toBe(files[0]);
    expect(asked).toEqual([]);
  });

  it('are asked for 32 at a time', async () => {
    const { files, asked, answers } = keepObjects(Array(40).fill(1));
    createObjectsAhead(files);
    expect(asked).toHaveLength(32);
    answers[5]?.();
    await tick();
    expect(asked).toHaveLength(33);
  });

  it('are asked for only as far as they have room, and on when one is released', async () => {
    const { files, asked, answers } = keepObjects(Array(20).fill(8 * MIB));
    const ahead = createObjectsAhead(files);
    for (const answer of answers) answer();
    await tick();
    expect(asked).toHaveLength(4);
    await ahead.take(0);
    ahead.release(0);
    expect(asked).toHaveLength(5);
  });

  it('come late to who asks before there is room', async () => {
    const { files, answers } = keepObjects(Array(8).fill(8 * MIB));
    const ahead = createObjectsAhead(files);
    for (const answer of answers) answer();
    const late = ahead.take(4);
    await ahead.take(0);
    ahead.release(0);
    answers.at(-1)?.();
    expect(await late).toMatchObject({ kind: 'fetched', name: 's3://logs/4' });
  });

  it('are not waited for any more once the reading stops', async () => {
    const { files, asked } = keepObjects(Array(40).fill(1));
    const ahead = createObjectsAhead(files);
    const first = ahead.take(0);
    ahead.stop();
    expect(await first).toMatchObject({ kind: 'lost' });
    expect(asked).toHaveLength(32);
  });
});
