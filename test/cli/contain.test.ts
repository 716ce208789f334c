import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseSubjects } from '../../cli/contain.ts';
import { type ContainOrder, type ContainWriting, containFunctions } from '../../cli/contain-run.ts';
import { main } from '../../cli/main.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import type { Allowlist, FunctionEntry } from '../../core/allowlist/allowlist.ts';
import { findLogFiles } from '../../logs/log-files.ts';
import {
  composeAllowlist,
  composeMalloryCall,
  composeS3Call,
  FUNCTION_ARN,
  GUARD,
  PLANTED_GRANT,
  S3_GRANT,
  TARGET,
} from '../containment/calls.ts';
import { buildLiveWorld, countWrites, LIVE, type LiveWorld } from './live-world.ts';
import { recordIo } from './recorded-io.ts';

const FRAUD = FUNCTION_ARN.replace('thumbnailer', 'fraud');

interface Run {
  readonly allowlist?: Allowlist;
  readonly qualifier?: string | null;
  readonly functions?: ContainOrder['subjects']['functions'];
  readonly format?: 'human' | 'json';
  readonly how?: 'dryRun' | 'ask' | 'proceed';
  readonly answer?: string;
  readonly logs?: ContainOrder['logs'];
}

async function contain(world: LiveWorld, run: Run = {}) {
  const { allowlist = composeAllowlist(), qualifier = null, format = 'human', how = 'proceed' } = run;
  const io = recordIo(run.answer === undefined ? {} : { answer: run.answer });
  const functions = run.functions ?? [{ functionArn: FUNCTION_ARN, entry: allowlist.functions[0]! }];
  const subjects = { kind: 'subjects', functions, qualifier } as const;
  const writing: ContainWriting = how === 'dryRun' ? { kind: how } : { kind: how, ports: world };
  const order = { subjects, allowlist, format, logs: run.logs ?? null };
  const code = await containFunctions(order, GUARD, world, writing, io);
  return { code, ...io.written };
}

const sids = (world: LiveWorld, target = TARGET as { functionArn: string; qualifier: string | null }) =>
  (world.policies.look(target)?.Statement ?? []).map(({ Sid }) => String(Sid).replace(/[0-9a-f]{16}$/, ''));

describe('containing a function before any violation', () => {
  it('writes all its policies, reports what was read back, and says how to take it back', async () => {
    const world = buildLiveWorld();
    const { code, out } = await contain(world);
    expect(code).toBe(0);
    expect(sids(world)).toContain('uploads');
    expect(sids(world)).not.toContain('planted');
    expect(sids(world, LIVE).some((sid) => sid.startsWith('InvokeguardDeny'))).toBe(true);
    const digests = [...out.matchAll(/Contained and read back; snapshot SHA-256 [0-9a-f]{64}/g)];
    expect(digests).toHaveLength(2);
    expect(out).toMatch(
      / {2}npx invokeguard rollback --function '\S+' --qualifier 'live' --digest [0-9a-f]{64}\n/,
    );
    expect(out).toContain('deploy this one');
  });

  it('records each policy in the ledger, without an offender, under a name of its own', async () => {
    const world = buildLiveWorld();
    await contain(world);
    expect([...world.ledger.events.keys()]).toEqual([
      'contain-2026-11-21T10:00:00.000Z#thumbnailer#function',
      'contain-2026-11-21T10:00:00.000Z#thumbnailer#live',
    ]);
    expect([...world.ledger.events.values()].map(({ snapshot }) => snapshot.offender)).toEqual([null, null]);
    expect([...world.ledger.guarded]).toEqual([FUNCTION_ARN]);
  });

  it('contains each of several functions in one run', async () => {
    const world = buildLiveWorld();
    world.policies.place(
      { functionArn: FRAUD, qualifier: null },
      {
        Version: '2012-10-17',
        Statement: [{ ...PLANTED_GRANT, Resource: FRAUD }],
      },
    );
    const entry = composeAllowlist().functions[0]!;
    const functions = [FUNCTION_ARN, FRAUD].map((functionArn) => ({ functionArn, entry }));
    expect((await contain(world, { functions })).code).toBe(0);
    expect(sids(world, { functionArn: FRAUD, qualifier: null })).not.toContain('planted');
    expect(sids(world)).not.toContain('planted');
  });

  it('leaves a control plane that others need some air: 600 ms a policy', async () => {
    const world = buildLiveWorld();
    const began = world.clock.nowMs();
    await contain(world);
    expect(world.clock.nowMs() - began).toBe(4 * 600);
  });

  it('finds nothing to do the second time', async () => {
    const world = buildLiveWorld();
    await contain(world);
    const before = countWrites(world);
    const { code, out } = await contain(world, { how: 'ask' });
    expect([code, countWrites(world)]).toEqual([0, before]);
    expect(out).toContain('Nothing to do: the policy already refuses every caller that is not listed');
    expect(out).toContain('There is nothing to write.\n');
  });

  it('contains only the policy that is named', async () => {
    const world = buildLiveWorld();
    expect((await contain(world, { qualifier: 'live' })).code).toBe(0);
    expect([sids(world).includes('planted'), sids(world, LIVE).includes('planted')]).toEqual([true, false]);
  });

  it('names the stack that may overwrite it, once a function', async () => {
    const world = buildLiveWorld();
    world.tags.tags.set(FUNCTION_ARN, { 'aws:cloudformation:stack-name': 'Thumbnails' });
    const { out } = await contain(world, { how: 'dryRun' });
    expect(
      out.match(/What may overwrite the policies of .*:thumbnailer:\n .* CloudFormation stack Thumbnails/g),
    ).toHaveLength(1);
    expect(world.tags.asked).toEqual([FUNCTION_ARN]);
    const json = await contain(world, { how: 'dryRun', format: 'json' });
    expect(JSON.parse(json.out)).toMatchObject({
      kind: 'planned',
      owners: [{ functionArn: FUNCTION_ARN, owner: { kind: 'stack', stackName: 'Thumbnails' } }],
    });
  });

  it('says plainly that a function in mode observe will not be followed up', async () => {
    const { code, out } = await contain(buildLiveWorld(), { allowlist: composeAllowlist('observe') });
    expect(code).toBe(0);
    expect(out).toContain('the daily re-plan leaves it alone');
    expect((await contain(buildLiveWorld())).out).not.toContain('mode observe');
  });
});

describe('asking before anything is written', () => {
  it.each([
    ['yes', 0, 2],
    [' YES ', 0, 2],
    ['y', 1, 0],
    ['no', 1, 0],
    ['', 1, 0],
  ])('the answer %j ends with %d and %d writes', async (answer, code, writes) => {
    const world = buildLiveWorld();
    const result = await contain(world, { how: 'ask', answer });
    expect([result.code, countWrites(world)]).toEqual([code, writes]);
    expect(result.err.match(/Write 2 policies\?/g)).toHaveLength(1);
    expect(result.out.includes('Nothing was changed: declined')).toBe(code === 1);
  });

  it('changes nothing where nobody can be asked', async () => {
    const world = buildLiveWorld();
    const { code, out } = await contain(world, { how: 'ask' });
    expect([code, countWrites(world)]).toEqual([1, 0]);
    expect(out).toContain('nobody to ask: use --yes in scripts');
  });

  it('a dry run shows the plans, asks nothing, and writes neither policy nor ledger', async () => {
    const world = buildLiveWorld();
    const { code, out, err } = await contain(world, { how: 'dryRun', answer: 'yes' });
    expect([code, err.includes('?'), countWrites(world), world.ledger.calls]).toEqual([0, false, 0, []]);
    expect(out).toContain('  - {"Sid":"planted"');
    expect(out).toContain('Dry run: 2 policies would be written.\n');
  });

  it('prints one JSON object, and shows people what they are asked about on stderr', async () => {
    const asked = await contain(buildLiveWorld(), { how: 'ask', answer: 'no', format: 'json' });
    expect(asked.err).toContain('  - {"Sid":"planted"');
    expect(JSON.parse(asked.out)).toMatchObject({ kind: 'declined', policies: [{ outcome: null }, {}] });
    const { out, err } = await contain(buildLiveWorld(), { format: 'json' });
    expect(err).not.toContain('planted');
    expect(JSON.parse(out)).toMatchObject({
      kind: 'written',
      policies: [
        {
          functionArn: FUNCTION_ARN,
          qualifier: null,
          plan: { kind: 'replace', removed: [{ Sid: 'planted' }] },
          outcome: { kind: 'contained', scope: 'allowlist' },
        },
        { qualifier: 'live', outcome: { kind: 'contained' } },
      ],
      leftOut: [],
      callers: null,
      unread: null,
    });
  });
});

describe('what is not contained makes the run end with 1', () => {
  it('refuses scope offender, since nobody has called', async () => {
    const world = buildLiveWorld();
    const entry: FunctionEntry = { ...composeAllowlist().functions[0]!, scope: 'offender' };
    const { code, out } = await contain(world, { functions: [{ functionArn: FUNCTION_ARN, entry }] });
    expect([code, world.policies.calls]).toEqual([1, []]);
    expect(out).toContain(`${FUNCTION_ARN}\nLeft out: its scope is offender`);
  });

  it('writes the other policies where one is refused', async () => {
    const world = buildLiveWorld();
    const edge = { ...S3_GRANT, Principal: { Service: 'edgelambda.amazonaws.com' } };
    world.policies.place(TARGET, { Version: '2012-10-17', Statement: [edge] });
    const { code, out } = await contain(world);
    expect([code, countWrites(world)]).toEqual([1, 1]);
    expect(out).toContain('Refused: a statement lets `edgelambda.amazonaws.com`');
    expect(sids(world)).toEqual(['uploads']);
  });

  it.each([
    [
      'may not be written',
      new PermanentError('AccessDenied', 'not allowed'),
      'NOT CONTAINED, nothing was changed: not allowed',
    ],
    [
      'does not answer',
      new RetryableError('Throttled', 'slow down'),
      'NOT CERTAINLY CONTAINED: slow down; run the command again',
    ],
  ])('goes on where a policy %s', async (_, fault, text) => {
    const world = buildLiveWorld();
    let attempts = 0;
    world.policies.interrupt = (call) => {
      if (call !== 'writePolicy' || attempts >= 6) return;
      attempts += fault instanceof RetryableError ? 1 : 6;
      throw fault;
    };
    const { code, out } = await contain(world);
    expect(code).toBe(1);
    expect(out).toContain(`${FUNCTION_ARN}\n  ${text}`);
    expect(out).toContain(`${FUNCTION_ARN}:live\n  Contained and read back`);
  });

  it('another containment that holds the lock is waited for, and told if it stays', async () => {
    const world = buildLiveWorld();
    world.ledger.locks.set(`${FUNCTION_ARN}:`, { eventID: 'other', untilMs: Number.MAX_SAFE_INTEGER });
    const { code, out } = await contain(world);
    expect(code).toBe(1);
    expect(out).toContain('another containment of the same function holds the lock; run the command again');
  });

  it('tells that the function does not exist', async () => {
    const world = buildLiveWorld();
    for (const target of [TARGET, LIVE]) world.policies.remove(target);
    const { code, out } = await contain(world);
    expect(code).toBe(1);
    expect(out).toContain('it does not exist any more');
  });
});

describe('a policy that changes after it was shown', () => {
  it('is planned again, and what was written beyond what was shown is shown too', async () => {
    const world = buildLiveWorld();
    const second = { ...PLANTED_GRANT, Sid: 'second' };
    let changed = false;
    world.policies.interrupt = (call) => {
      if (call !== 'writePolicy' || changed) return;
      changed = true;
      world.policies.place(TARGET, { Version: '2012-10-17', Statement: [S3_GRANT, PLANTED_GRANT, second] });
    };
    const { code, out } = await contain(world, { qualifier: null });
    expect(code).toBe(0);
    expect(sids(world)).not.toContain('second');
    expect(out).toContain(
      'The policy had changed since it was shown. What was written:\n  - {"Sid":"planted"',
    );
    expect(out.match(/ {2}- \{"Sid":"second"/g)).toHaveLength(1);
  });
});

describe('callers in CloudTrail logs', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'invokeguard-contain-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function readLogs(lines: readonly unknown[]): Promise<ContainOrder['logs']> {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    writeFileSync(join(folder, 'calls.json'), text);
    const found = await findLogFiles(['calls.json'], folder, jest.fn());
    return { files: found.kind === 'found' ? found.files : [], unread: [] };
  }

  const at = (eventID: string, eventTime: string | null, more: Record<string, unknown> = {}) =>
    composeMalloryCall({ eventID, eventTime, ...more });

  it('who would be shut out are counted, with their last call; listed ones are not told', async () => {
    const logs = await readLogs([
      at('1', '2026-11-20T08:00:00Z'),
      at('2', '2026-11-20T09:00:00Z'),
      at('2', '2026-11-20T09:00:00Z'),
      at('3', '2026-11-19T09:00:00Z', { errorCode: 'ServiceException' }),
      composeS3Call({ eventID: '4' }),
    ]);
    const { out } = await contain(buildLiveWorld(), { how: 'dryRun', logs });
    expect(out).toContain(
      `Callers in the logs who are not listed (5 records read):\n  shut out: user arn:aws:iam::111122223333:user/mallory of ${FUNCTION_ARN}: 3 calls, last 2026-11-20T09:00:00Z\n`,
    );
    expect(out).not.toContain('s3.amazonaws.com for');
  });

  it('calls of other functions and of policies that are not asked about do not count', async () => {
    const other = [{ ARN: FUNCTION_ARN.replace('thumbnailer', 'other') }];
    const logs = await readLogs([
      at('1', '2026-11-20T08:00:00Z', { resources: other }),
      at('2', '2026-11-20T08:00:00Z', {
        requestParameters: { functionName: FUNCTION_ARN, qualifier: 'live' },
      }),
      at('3', '2026-11-20T08:00:00Z', { requestParameters: null }),
    ]);
    const live = await contain(buildLiveWorld(), { how: 'dryRun', logs, format: 'json', qualifier: 'live' });
    expect(JSON.parse(live.out)).toMatchObject({ callers: [{ calls: 2, fate: 'shutOut' }] });
  });

  it('an entry that was live at the call and has expired since lets nobody in from now on', async () => {
    const mallory = {
      kind: 'user',
      pointer: '/functions/0/invokers/0',
      user: 'arn:aws:iam::111122223333:user/mallory',
      expires: '2026-11-20T12:00:00Z',
    } as const;
    const logs = await readLogs([at('1', '2026-11-20T08:00:00Z')]);
    const allowlist = composeAllowlist('enforce', [mallory]);
    const { out } = await contain(buildLiveWorld(), { how: 'dryRun', logs, allowlist });
    expect(out).toContain('shut out: user arn:aws:iam::111122223333:user/mallory');
  });

  it('tells apart who is perhaps shut out, and whom no policy stops', async () => {
    const mapping =
      'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0b1f6f0e-0000-4000-8000-000000000009';
    const logs = await readLogs([
      at('1', '2026-11-20T08:00:00Z', { userIdentity: null }),
      composeS3Call({
        eventID: '2',
        userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
        requestParameters: { functionName: FUNCTION_ARN, sourceArn: mapping },
      }),
    ]);
    const { out } = await contain(buildLiveWorld(), { how: 'dryRun', logs, format: 'json' });
    expect(JSON.parse(out)).toMatchObject({
      callers: [
        { fate: 'perhaps', caller: { kind: 'unknown' } },
        { fate: 'notGoverned', caller: { kind: 'eventSourceMapping', mappingArn: mapping } },
      ],
    });
  });

  it('says where the list may lack callers, and lets no record forge a line', async () => {
    const logs = await readLogs([
      'oops',
      at('1', 'x\n\u001B[2J', { userIdentity: { type: '\u202E\nshut out' } }),
    ]);
    const { out } = await contain(buildLiveWorld(), { how: 'dryRun', logs });
    expect(out).toContain('The list may lack callers:\n  not read: calls.json: ');
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(out).not.toMatch(/^shut out/m);
  });

  it('says so where nobody is shut out', async () => {
    const { out } = await contain(buildLiveWorld(), {
      how: 'dryRun',
      logs: await readLogs([composeS3Call()]),
    });
    expect(out).toContain('Callers in the logs who are not listed: none (1 record read)\n');
  });
});

describe('which functions are meant', () => {
  const entry = (name: string, mode: 'observe' | 'enforce'): FunctionEntry => ({
    ...composeAllowlist(mode).functions[0]!,
    selector: { kind: 'name', name },
  });
  const allowlist: Allowlist = {
    ...composeAllowlist(),
    functions: [
      entry('thumbnailer', 'enforce'),
      entry('fraud', 'observe'),
      { ...entry('x', 'enforce'), selector: { kind: 'glob', glob: 'invoke*' } },
    ],
  };
  const directory = {
    listFunctions: async () =>
      ['fraud', 'invokeguard-remediator', 'legacy', 'thumbnailer'].map((name) =>
        FUNCTION_ARN.replace('thumbnailer', name),
      ),
  };

  it('--all means those in mode enforce, without the guard itself', async () => {
    expect(await chooseSubjects({ subject: { kind: 'enforced' } }, allowlist, directory)).toMatchObject({
      functions: [{ functionArn: FUNCTION_ARN }],
      qualifier: null,
    });
  });

  it('--function means that one in any mode, if it is listed', async () => {
    const ask = (functionArn: string) =>
      chooseSubjects(
        { subject: { kind: 'function', target: { functionArn, qualifier: '7' } } },
        allowlist,
        directory,
      );
    expect(await ask(FRAUD)).toMatchObject({ functions: [{ functionArn: FRAUD }], qualifier: '7' });
    const legacy = FUNCTION_ARN.replace('thumbnailer', 'legacy');
    expect(await ask(legacy)).toEqual({ kind: 'notListed', functionArn: legacy });
  });
});

describe('the command line of contain', () => {
  it.each([
    [['contain'], '`--function ARN` or `--all` is missing'],
    [['contain', '--all', '--function', FUNCTION_ARN], 'exclude each other'],
    [['contain', '--all', '--qualifier', 'live'], '`--qualifier` needs `--function`'],
    [['contain', '--all'], 'no Region'],
    [['contain', 'thumbnailer'], 'unexpected `thumbnailer`'],
    [['contain', '--function', FUNCTION_ARN, '--logs'], '`--logs` needs a value'],
    [['contain', '--function', FUNCTION_ARN, '--logs', '-'], 'reads standard input'],
    [['contain', '--function', FUNCTION_ARN, '--logs', 'a', 's3://'], '`s3://` names no bucket'],
    [['contain', '--function', FUNCTION_ARN, '--dryrun'], 'did you mean `--dry-run`?'],
    [
      ['contain', '--function', FUNCTION_ARN.replace('thumbnailer', 'legacy')],
      'no entry of invokeguard.yaml',
    ],
  ])('%j is refused with 2', async (argv, text) => {
    const io = recordIo({ cwd: process.cwd(), env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } });
    expect([await main(argv, io), io.written.out]).toEqual([2, '']);
    expect(io.written.err).toContain(text);
  });

  it('logs that are not there end the run with 1, before AWS is asked', async () => {
    const io = recordIo({ cwd: process.cwd(), env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } });
    const argv = [
      'contain',
      '--function',
      FUNCTION_ARN,
      '--yes',
      '--logs',
      'no-such-file',
      '--logs',
      'nor-this',
    ];
    expect([await main(argv, io), io.written.out]).toEqual([1, '']);
    expect(io.written.err).toContain(
      'cannot read `no-such-file`: no such file or folder\ncannot read `nor-this`',
    );
  });
});
