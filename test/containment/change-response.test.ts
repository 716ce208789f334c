import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3_GRANT, TARGET } from './calls.ts';
import { composeChange, deliverChange, guardFunction, MAPPING, readTold } from './change-world.ts';
import { buildGuardWorld, type GuardWorld } from './guard-world.ts';

interface Expected {
  /** What the alert's subject says after `Invokeguard: `; null where nobody is told. */
  readonly told: string | null;
  readonly outcome: string | null;
  readonly did: readonly string[];
}

interface Case {
  readonly name: string;
  /** The function's policy when the record comes. */
  readonly standing: 'none' | 'listed' | 'opened' | 'guarded' | 'weakened';
  /** What differs from any other record. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly verdict: string | Readonly<Record<'observe' | 'enforce', string>>;
  /** What the alert's text says besides. */
  readonly says?: string;
  readonly observe: Expected;
  readonly enforce: Expected;
}

const CASES = JSON.parse(
  readFileSync(join(__dirname, '../cases/change-response/doors.json'), 'utf8'),
) as Case[];

const EVERYBODY = {
  Sid: 'backdoor',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:InvokeFunction',
  Resource: TARGET.functionArn,
};

/** Answers the Sid that was taken away, where one was. */
async function prepare(world: GuardWorld, standing: Case['standing']): Promise<string> {
  world.mappings.sources.set(MAPPING, 'arn:aws:sqs:eu-west-1:111122223333:evil');
  if (standing === 'none') return '';
  const open = standing === 'opened' ? [EVERYBODY] : [];
  world.policies.place(TARGET, { Version: '2012-10-17', Statement: [S3_GRANT, ...open] });
  if (standing !== 'guarded' && standing !== 'weakened') return '';
  const policy = await guardFunction(world);
  const taken = policy.Statement.find((statement) => statement['Effect'] === 'Deny');
  if (standing === 'guarded' || taken === undefined) return '';
  const Statement = policy.Statement.filter((statement) => statement !== taken);
  world.policies.place(TARGET, { ...policy, Statement });
  return String(taken['Sid']);
}

const LIVE = { ...TARGET, qualifier: 'live' };

const DOORS = CASES.flatMap((one) =>
  (['observe', 'enforce'] as const).map((mode) => ({ name: `${one.name}, ${mode}`, mode, one })),
);

describe('a record of a change', () => {
  it.each(DOORS)('$name', async ({ mode, one }) => {
    const world = buildGuardWorld();
    const sid = await prepare(world, one.standing);
    const before = [world.policies.look(TARGET), world.policies.look(LIVE)];
    const record: unknown = JSON.parse(
      JSON.stringify(composeChange(one.given)).replaceAll('$GUARD_SID', sid),
    );
    const handled = await deliverChange(world, record, { mode });
    if (handled.kind !== 'change') throw new Error(`the record is no change, but ${handled.kind}`);
    const { response } = handled;
    const { decision } = response.kind === 'told' ? response.about : response;
    const told = readTold(world);
    expect({
      verdict: decision.verdict,
      told: told.map(({ subject }) => subject),
      outcome: told.map(({ attributes }) => attributes['outcome']),
      did: [
        ...(world.policies.look(TARGET) === before[0] ? [] : ['policy']),
        ...(world.policies.look(LIVE) === before[1] ? [] : ['policy of live']),
        ...(world.mappings.disabled.size === 0 ? [] : ['mapping']),
        ...(world.convergence.jobs.length === 0 ? [] : ['convergence']),
      ],
    }).toEqual({
      verdict: typeof one.verdict === 'string' ? one.verdict : one.verdict[mode],
      told: one[mode].told === null ? [] : [`Invokeguard: ${one[mode].told}`],
      outcome: one[mode].outcome === null ? [] : [one[mode].outcome],
      did: one[mode].did,
    });
    if (told.length > 0) expect(told[0]?.text.replaceAll(/[[\]]/g, '')).toContain(one.says ?? '');
  });
});
