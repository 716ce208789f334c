import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { composeUserArn, DEMO_ALLOWLIST } from '../../lab/cast.ts';
import { makeLabFolder, removeLabFolder } from '../../lab/lab.ts';
import { narrateText } from '../../lab/narration.ts';
import { describeEngines, playSecondAct, type SecondAct } from '../../lab/second-act.ts';
import { describeWithFakecloud } from '../local-aws/fakecloud.ts';

let told = '';
const narrator = narrateText((text) => {
  told += text;
}, 'plain');

beforeAll(() => {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
});

describeWithFakecloud('a caller of the same account with an IAM policy of its own', () => {
  const folder = makeLabFolder(process.cwd());
  let act: Extract<SecondAct, { kind: 'played' }>;

  beforeAll(async () => {
    told = '';
    const played = await playSecondAct(process.cwd(), folder, narrator);
    if (played.kind !== 'played') throw new Error(played.reason);
    act = played;
  }, 60_000);

  afterAll(() => removeLabFolder(folder));

  it('is denied by statements that name the listed user, and what was there before stays', () => {
    const added = act.contained.Statement.slice(act.before.Statement.length);
    expect(act.before.Statement).toHaveLength(1);
    expect(act.contained.Statement.slice(0, 1)).toEqual(act.before.Statement);
    expect(new Set(added.map((statement) => statement['Effect']))).toEqual(new Set(['Deny']));
    expect(JSON.stringify(added)).toContain(composeUserArn('ops'));
    expect(DEMO_ALLOWLIST).not.toContain('insider');
  });

  it('is refused by the engine, which says that it was denied and not merely not allowed', () => {
    expect(act.refusal).toMatchObject({ kind: 'refused', code: 'AccessDeniedException' });
    expect(told).toContain('explicitDeny true');
  });

  it('stays out where somebody takes statements of the guard away by hand: told in observe, repaired in enforce', () => {
    const { observed, repaired, observedAlert, repairedAlert } = act.lostGuards;
    expect(observed.Statement).toHaveLength(act.contained.Statement.length - 1);
    expect(repaired.Statement).toHaveLength(act.contained.Statement.length);
    expect(repaired.Statement).toEqual(expect.arrayContaining([...act.contained.Statement]));
    expect(observedAlert.attributes).toMatchObject({ verdict: 'tampers', outcome: 'observed' });
    expect(repairedAlert.attributes).toMatchObject({ verdict: 'tampers', outcome: 'contained' });
  });

  it('gets in again once the policy is rolled back', () => {
    expect(act.restored.Statement).toEqual(act.before.Statement);
    expect(told).toContain('fakecloud lets `insider` in again');
  });

  it('is told with the name of the engine', () => {
    expect(told).toMatch(/EMULATED {2}fakecloud answers on http:\/\/127\.0\.0\.1:\d+/u);
    expect(describeEngines(act)).toContain('fakecloud: a caller of the same account');
  });
});

describeWithFakecloud('a guard that does not do its work', () => {
  let checkout: string;
  let folder: string;

  beforeEach(() => {
    told = '';
    checkout = mkdtempSync(join(tmpdir(), 'invokeguard-lab-'));
    folder = makeLabFolder(checkout);
    symlinkSync(resolve('lab'), join(checkout, 'lab'));
    mkdirSync(join(checkout, 'dist/functions/remediate'), { recursive: true });
    writeFileSync(join(checkout, 'dist/functions/remediate/package.json'), '{"type":"commonjs"}');
  });

  afterEach(() => rmSync(checkout, { recursive: true }));

  it.each([
    ['leaves the policy as it is', '{ batchItemFailures: [] }', "expected the function's policy to change"],
    [
      'reports the message as failed',
      '{ batchItemFailures: [{ itemIdentifier: "demo" }] }',
      'expected `the Lambda bundle` to end with code 0, got code 1',
    ],
  ])('fails the act when it %s, and the engine is gone', async (_, response, expected) => {
    const bundle = `exports.handler = async () => (${response});`;
    writeFileSync(join(checkout, 'dist/functions/remediate/index.js'), bundle);
    await expect(playSecondAct(checkout, folder, narrator)).rejects.toThrow(expected);
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/u.exec(told)?.[0] ?? '';
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });
});

describe('a machine without fakecloud', () => {
  const before = process.env['INVOKEGUARD_FAKECLOUD'];

  afterEach(() => {
    if (before === undefined) delete process.env['INVOKEGUARD_FAKECLOUD'];
    else process.env['INVOKEGUARD_FAKECLOUD'] = before;
  });

  it('skips the act with one line that says why and how to get it', async () => {
    process.env['INVOKEGUARD_FAKECLOUD'] = '/nowhere/fakecloud';
    told = '';
    const act = await playSecondAct(process.cwd(), '/nowhere', narrator);
    expect(act.kind).toBe('skipped');
    const [, ...lines] = told.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /skipped: .*`\/nowhere\/fakecloud` \(INVOKEGUARD_FAKECLOUD\) does not run; `cargo/u,
    );
    expect(describeEngines(act)).toContain('nothing:');
  });
});
