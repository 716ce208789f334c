import { LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { main } from '../../cli/main.ts';
import { showCoverage, showFunction } from '../../cli/status.ts';
import { containTarget } from '../../containment/containment.ts';
import { PermanentError } from '../../containment/errors.ts';
import type { Allowlist, InvokerEntry } from '../../core/allowlist/allowlist.ts';
import { composeAllowlist, FUNCTION_ARN, GUARD, S3_ENTRY, S3_GRANT, TARGET } from '../containment/calls.ts';
import { buildLiveWorld, LIVE, type LiveWorld } from './live-world.ts';
import { recordIo } from './recorded-io.ts';

const ROLE = (expires?: string): InvokerEntry => ({
  kind: 'role',
  pointer: '/functions/0/invokers/1',
  role: 'arn:aws:iam::111122223333:role/ci',
  ...(expires === undefined ? {} : { expires }),
});

async function look(
  world: LiveWorld,
  options: {
    allowlist?: Allowlist;
    qualifier?: string | null;
    format?: 'human' | 'json';
    guard?: 'deployed' | 'none';
  } = {},
) {
  const { allowlist = composeAllowlist(), qualifier = null, format = 'human', guard = 'deployed' } = options;
  const io = recordIo();
  const entry = allowlist.functions[0]!;
  const target = { functionArn: FUNCTION_ARN, qualifier };
  const ports = { ...world, ledger: guard === 'deployed' ? world.ledger : null };
  const code = await showFunction({ target, entry, allowlist, format }, GUARD, ports, io);
  return { code, ...io.written };
}

async function lookJson(world: LiveWorld, options: Parameters<typeof look>[1] = {}) {
  const { out } = await look(world, { ...options, format: 'json' });
  return JSON.parse(out) as {
    policies: { qualifier: string | null; state: string; ways?: unknown[]; containments: unknown[] }[];
    ledger: string;
    ending: unknown[];
  };
}

async function contain(world: LiveWorld, qualifier: string | null): Promise<void> {
  const offender = { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/mallory' } as const;
  const target = { functionArn: FUNCTION_ARN, qualifier };
  const outcome = await containTarget(
    {
      eventID: `event-${qualifier}`,
      target,
      entries: [S3_ENTRY],
      scope: { kind: 'allowlist' },
      offender,
      from: 'standing',
    },
    GUARD,
    world,
  );
  expect(outcome.kind).toBe('contained');
}

describe('status of one function', () => {
  it('shows what containment would change, and which grants serve somebody who is not listed', async () => {
    const { code, out } = await look(buildLiveWorld());
    expect(code).toBe(0);
    expect(out).toContain(`${FUNCTION_ARN}: enforce  (/functions/0)\n`);
    expect(out).toMatch(/:thumbnailer:live\n {2}OPEN: containment would remove 1 and add \d+ statements\n/);
    expect(out).toContain(
      'statement "planted" serves unlisted callers: {"AWS":"arn:aws:iam::111122223333:user/mallory"}',
    );
    expect(out).toContain('no Deny keeps out unlisted roles and users of this account');
    expect(out).not.toContain('"uploads" serves');
  });

  it('calls a policy guarded once it is contained, and tells when, whom and how far', async () => {
    const world = buildLiveWorld();
    await contain(world, null);
    const { out } = await look(world);
    expect(out).toContain(
      `${FUNCTION_ARN}\n  GUARDED: nothing is left to do\n  2026-11-21T10:00:00.000Z  written and read back  user arn:aws:iam::111122223333:user/mallory\n`,
    );
    const { policies } = await lookJson(world);
    expect(policies.map(({ qualifier, state }) => [qualifier, state])).toEqual([
      [null, 'guarded'],
      ['live', 'open'],
    ]);
    expect(policies[0]!.containments).toEqual([
      {
        containmentId: '2026-11-21T10:00:00.000Z#event-null',
        storedTime: '2026-11-21T10:00:00.000Z',
        state: 'settled',
        offender: { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/mallory' },
      },
    ]);
  });

  it('tells a grant that serves listed callers too from one that serves nobody listed', async () => {
    const world = buildLiveWorld();
    const { Condition: _, ...broad } = S3_GRANT;
    world.policies.place(TARGET, { Version: '2012-10-17', Statement: [broad] });
    const { policies } = await lookJson(world);
    expect(policies[0]!.ways).toContainEqual({
      kind: 'grant',
      sid: 'uploads',
      principal: { Service: 's3.amazonaws.com' },
      serves: 'listedToo',
    });
  });

  it('names a statement that it does not follow', async () => {
    const world = buildLiveWorld();
    const odd = {
      Sid: 'odd',
      Effect: 'Allow',
      NotPrincipal: { AWS: '1' },
      Action: 'lambda:*',
      Resource: '*',
    };
    world.policies.place(TARGET, { Version: '2012-10-17', Statement: [S3_GRANT, odd] });
    expect((await lookJson(world)).policies[0]!.ways).toContainEqual(
      expect.objectContaining({ sid: 'odd', kind: 'unclear' }),
    );
  });

  it('says that there is no policy, and what containment would still add', async () => {
    const world = buildLiveWorld();
    const qualifiers = { listQualifiers: async () => ['7'] };
    const { out } = await look({ ...world, qualifiers }, { qualifier: '7' });
    expect(out).toMatch(/:7\n {2}NO POLICY, .*: containment would remove 0 and add \d+ statements\n/);
    const weak = await look({ ...buildLiveWorld('permissions'), qualifiers }, { qualifier: '7' });
    expect(weak.out).toContain(': nothing to contain');
  });

  it('says why containment would refuse', async () => {
    const world = buildLiveWorld();
    const edge = { ...S3_GRANT, Principal: { Service: 'edgelambda.amazonaws.com' } };
    world.policies.place(TARGET, { Version: '2012-10-17', Statement: [edge] });
    const { code, out } = await look(world);
    expect(code).toBe(0);
    expect(out).toContain(
      'REFUSED, containment would not touch it: a statement lets `edgelambda.amazonaws.com`',
    );
  });

  it('shows the other policies where one may not be read', async () => {
    const world = buildLiveWorld();
    let first = true;
    world.policies.interrupt = () => {
      if (first) {
        first = false;
        throw new PermanentError('AccessDenied', '`lambda:GetResourcePolicy` is not allowed');
      }
    };
    expect((await lookJson(world)).policies.map(({ state }) => state)).toEqual(['refused', 'open']);
  });

  it('looks at one policy where a qualifier is named', async () => {
    expect((await lookJson(buildLiveWorld(), { qualifier: 'live' })).policies).toHaveLength(1);
  });

  it('ends with 1 where the function does not exist, and goes on where only one version is gone', async () => {
    const world = buildLiveWorld();
    world.policies.remove(LIVE);
    expect((await look(world)).out).toContain('GONE');
    world.policies.remove(TARGET);
    const { code, out, err } = await look(world);
    expect([code, out, err]).toEqual([1, '', 'the function, version or alias does not exist\n']);
  });

  it('works without a deployed guard, and says that there is no record', async () => {
    const { out } = await look(buildLiveWorld(), { guard: 'none' });
    expect(out).toContain('There is no record of containments');
    expect((await lookJson(buildLiveWorld(), { guard: 'none' })).ledger).toBe('none');
  });

  it.each([
    ['2026-11-21T10:00:00Z', 'expired at 2026-11-21T10:00:00Z and lets nobody in'],
    ['2026-12-21T10:00:00Z', 'expires at 2026-12-21T10:00:00Z'],
    ['2026-12-21T10:00:01Z', undefined],
    [undefined, undefined],
  ])('an entry that expires at %s is told', async (expires, text) => {
    const allowlist = composeAllowlist('observe', [S3_ENTRY, ROLE(expires)]);
    const { out } = await look(buildLiveWorld(), { allowlist });
    if (text === undefined) expect(out).not.toContain('The entry');
    else expect(out).toContain(`The entry /functions/0/invokers/1 ${text}`);
  });

  it('lets no Sid act on the terminal or forge a line', async () => {
    const world = buildLiveWorld();
    const Statement = [{ ...S3_GRANT, Principal: '*', Condition: {}, Sid: 'x\u001B[2J\nGUARDED \u202E' }];
    world.policies.place(TARGET, { Version: '2012-10-17', Statement });
    for (const format of ['human', 'json'] as const) {
      const { out } = await look(world, { format });
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(out).not.toMatch(/^GUARDED/m);
    }
  });
});

describe('status of all functions', () => {
  const OTHERS = ['legacy', 'invokeguard-remediator', 'thumbnailer'].map((name) =>
    FUNCTION_ARN.replace('thumbnailer', name),
  );

  async function list(
    allowlist: Allowlist,
    functions: readonly string[],
    format: 'human' | 'json' = 'human',
  ) {
    const io = recordIo();
    const options = { region: 'eu-west-1', config: 'invokeguard.yaml', format };
    const code = await showCoverage(options, allowlist, { listFunctions: async () => functions }, io);
    return { code, ...io.written };
  }

  it('tells which entry guards each, in which mode, and which nobody guards', async () => {
    const { code, out } = await list(composeAllowlist(), OTHERS);
    expect([code, out]).toEqual([
      0,
      [
        'eu-west-1, 3 functions, by invokeguard.yaml',
        '  legacy                  NOT GUARDED',
        "  invokeguard-remediator  the guard's own, left out",
        '  thumbnailer             enforce  (/functions/0)',
        '1 not guarded.',
        '',
      ].join('\n'),
    ]);
  });

  it('prints the same as JSON', async () => {
    const { out } = await list(composeAllowlist('observe', [ROLE('2026-11-30')]), OTHERS, 'json');
    expect(JSON.parse(out)).toEqual({
      kind: 'functions',
      region: 'eu-west-1',
      functions: [
        { functionArn: OTHERS[0], guarded: null },
        { functionArn: OTHERS[1], guarded: null },
        { functionArn: OTHERS[2], guarded: { entry: '/functions/0', mode: 'observe', scope: 'allowlist' } },
      ],
      ending: [{ entry: '/functions/0/invokers/1', state: 'expiring', expires: '2026-11-30' }],
    });
  });

  it('says so where there is no function', async () => {
    expect((await list(composeAllowlist(), [])).out).toBe('There is no function in eu-west-1.\n');
  });
});

describe('the command line of status', () => {
  it.each([
    [['status'], 'no Region'],
    [['status', '--region', 'Europe'], '`Europe` is not a Region'],
    [['status', '--qualifier', 'live'], '`--qualifier` needs `--function`'],
    [['status', '--function', 'thumbnailer'], 'is not a function ARN'],
    [['status', '--function', FUNCTION_ARN, '--region', 'us-east-1'], 'is not the Region of the function'],
    [['status', 'x'], 'unexpected `x`'],
    [['status', '--format', 'ndjson'], '`ndjson` is not a format'],
    [['status', '--region', 'eu-west-1', '--config', 'missing.yaml'], 'missing.yaml'],
  ])('%j is refused with 2', async (argv, text) => {
    const io = recordIo();
    expect([await main(argv, io), io.written.out]).toEqual([2, '']);
    expect(io.written.err).toContain(text);
  });

  it('a function that no entry names is refused with 2, before AWS is asked', async () => {
    const io = recordIo({ cwd: process.cwd(), env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } });
    const argv = ['status', '--function', FUNCTION_ARN.replace('thumbnailer', 'legacy')];
    expect(await main(argv, io)).toBe(2);
    expect(io.written.err).toContain('no entry of invokeguard.yaml names');
  });

  it('a fault that has a name is told in one sentence, with 1', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const lambda = mockClient(LambdaClient).rejects(denied);
    const io = recordIo({ cwd: process.cwd() });
    const code = await main(['status', '--region', 'eu-west-1'], io);
    lambda.restore();
    expect([code, io.written.out]).toEqual([1, '']);
    expect(io.written.err).toMatch(/^invokeguard: `lambda:ListFunctions` is not allowed: .*\n$/);
  });
});
