import { type Allowlist, EMPTY_ALLOWLIST, type FunctionEntry } from '../../../core/allowlist/allowlist.ts';
import { addHeartbeatTarget } from '../../../core/allowlist/heartbeat-entry.ts';
import { listGuardFunctionArns } from '../../../core/guard.ts';
import { EVENTBRIDGE_LIMITS } from '../../../core/pattern/compiled-patterns.ts';
import { compilePatterns } from '../../../core/pattern/pattern-compiler.ts';
import { selectInvocations } from '../../../core/trail/invocation-selectors.ts';
import { composeHeartbeatRecord } from '../../containment/heartbeat-world.ts';
import { describeWithRuler, type EventRuler, wrapRecord } from '../../event-ruler/event-ruler.ts';
import { matchPattern, readyEvent, readyPattern } from '../../event-ruler/pattern-matcher.ts';

const ACCOUNT = '111122223333';
const OWN = listGuardFunctionArns({ partition: 'aws', region: 'eu-west-1', account: ACCOUNT });
const RECORD = composeHeartbeatRecord('request-1');

/** So many functions, each with a caller of its own and some that all share; globs among them. */
function guardMany(count: number): Allowlist {
  const functions = Array.from({ length: count }, (_, index): FunctionEntry => {
    const pointer = `/functions/${index}`;
    const name = `team-${index % 40}-function-${index}`;
    return {
      pointer,
      selector: index % 10 === 0 ? { kind: 'glob', glob: `${name}-*` } : { kind: 'name', name },
      mode: 'enforce',
      invokers: [
        {
          kind: 'role',
          pointer: `${pointer}/invokers/0`,
          role: `arn:aws:iam::${ACCOUNT}:role/role-${index}`,
        },
        { kind: 'account', pointer: `${pointer}/invokers/1`, account: '444455556666' },
      ],
    };
  });
  return { ...EMPTY_ALLOWLIST, functions };
}

/** One that lists the whole account for every function, under a glob that takes the target too. */
const EVERYTHING: Allowlist = {
  ...EMPTY_ALLOWLIST,
  functions: [
    {
      pointer: '/functions/0',
      selector: { kind: 'glob', glob: '*' },
      mode: 'enforce',
      invokers: [{ kind: 'account', pointer: '/functions/0/invokers/0', account: ACCOUNT }],
    },
  ],
};

const ALLOWLISTS = [
  ['that is empty', EMPTY_ALLOWLIST],
  ['with one function', guardMany(1)],
  ['with 200 functions', guardMany(200)],
  ['with 5,000 functions, more than fit into the rules', guardMany(5_000)],
  ['that lists the account for everything', EVERYTHING],
] as const;

describeWithRuler('the patterns of an allowlist in event-ruler', (start) => {
  let ruler: EventRuler;
  beforeAll(() => {
    ruler = start();
  });
  afterAll(async () => ruler.stop());

  it.each(ALLOWLISTS)('%s match a call by the heartbeat', async (_what, allowlist) => {
    const { patterns } = compilePatterns(addHeartbeatTarget(allowlist), OWN, EVENTBRIDGE_LIMITS);
    const { refused, matches } = await ruler.judge(patterns, [wrapRecord(RECORD)]);
    expect(refused).toEqual([]);
    expect(matches[0]?.length).toBeGreaterThan(0);
  });
});

describe('the patterns of an allowlist', () => {
  it.each(ALLOWLISTS)('%s match a call by the heartbeat', (_what, allowlist) => {
    const { patterns } = compilePatterns(addHeartbeatTarget(allowlist), OWN, EVENTBRIDGE_LIMITS);
    const event = readyEvent(wrapRecord(RECORD));
    expect(patterns.some((pattern) => matchPattern(readyPattern(pattern), event))).toBe(true);
  });

  it('without the heartbeat do not name its target', () => {
    const { patterns } = compilePatterns(guardMany(10), OWN, EVENTBRIDGE_LIMITS);
    expect(JSON.stringify(patterns)).not.toContain('heartbeat-target');
  });
});

describe('the selectors of a trail', () => {
  it.each(ALLOWLISTS)('for an allowlist %s take the calls of the heartbeat’s target', (_what, allowlist) => {
    const place = { ownFunctionArns: OWN, functionArnStem: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:` };
    const { selectors } = selectInvocations(addHeartbeatTarget(allowlist), place);
    const tests = selectors.flatMap(({ fieldSelectors }) =>
      fieldSelectors.filter(({ field }) => field === 'resources.ARN'),
    );
    const target = `${place.functionArnStem}invokeguard-heartbeat-target`;
    const taken = tests.some(
      ({ equals, startsWith, endsWith, notEquals = [] }) =>
        !notEquals.includes(target) &&
        ((equals ?? startsWith ?? endsWith) === undefined ||
          equals?.includes(target) === true ||
          startsWith?.some((text) => target.startsWith(text)) === true ||
          endsWith?.some((text) => target.endsWith(text)) === true),
    );
    expect(taken).toBe(true);
  });
});
