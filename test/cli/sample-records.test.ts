import { join } from 'node:path';
import { Readable } from 'node:stream';
import { main } from '../../cli/main.ts';

const ROOT = join(__dirname, '../..');

/** Replays sample records by the example allowlist, as docs/commands.md does. */
async function replay(...paths: readonly string[]) {
  const written = { out: '', err: '' };
  const code = await main(['replay', ...paths, '--format', 'ndjson'], {
    writeOut: (text) => {
      written.out += text;
    },
    writeErr: (text) => {
      written.err += text;
    },
    env: {},
    cwd: ROOT,
    terminal: 'plain',
    stdin: Readable.from([]),
    nowMs: () => Date.parse('2026-11-21T00:00:00Z'),
  });
  const lines = written.out.split('\n').filter((line) => line !== '');
  return { code, lines: lines.map((line) => JSON.parse(line)), summary: written.err };
}

describe('replay of the sample records', () => {
  it('tells every kind of caller apart, and finds the listed one only authorized', async () => {
    const { code, lines, summary } = await replay('test/records/handwritten');
    const kinds = [
      'service authorized',
      'service unauthorized',
      'role unauthorized',
      'role unauthorized',
      'anonymous unauthorized',
      'root unauthorized',
      'account unauthorized',
      'eventSourceMapping unauthorized',
      'user unauthorized',
      'federated unauthorized',
      'unknown undetermined',
    ];
    expect(lines.map(({ caller, verdict }) => `${caller.kind} ${verdict}`)).toEqual(kinds);
    expect(summary).toContain('1 invokeExecution');
    expect(code).toBe(3);
  });

  it('judges the calls of the seeds, and passes over what invokes nothing', async () => {
    const { code, lines, summary } = await replay('test/records/seeds');
    expect(lines).toMatchObject([
      {
        kind: 'change',
        eventName: 'DeleteFunction',
        functionArn: 'arn:aws:lambda:us-east-1:999999999999:function:basic-node-task',
        verdict: 'neutral',
      },
      {
        kind: 'change',
        eventName: 'PutBucketNotification',
        functionArn: 'arn:aws:lambda:us-east-1:617033284847:function:test-s3-change-dev-hello',
        verdict: 'neutral',
      },
      {
        functionArn: 'arn:aws:lambda:us-east-1:617033284847:function:test-s3-change-dev-hello',
        caller: {
          kind: 'service',
          service: 's3.amazonaws.com',
          sourceArn: 'arn:aws:s3:::test-s3-change-dev-uploads',
          sourceAccount: '617033284847',
        },
        verdict: 'unguarded',
      },
      {
        functionArn: 'arn:aws:lambda:us-west-2:999999999999:function:BlogFunction',
        qualifier: 'prod',
        caller: { kind: 'user', userArn: 'arn:aws:iam::999999999999:user/kyle' },
        verdict: 'unguarded',
      },
    ]);
    expect(summary).toContain('1 notInvocation');
    expect(summary).toContain('changes: 0 opens, 0 tampers, 0 closes, 2 neutral');
    expect(code).toBe(0);
  });
});
