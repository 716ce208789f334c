import { compileAllowlist } from '../../../config/allowlist-file.ts';
import type { Allowlist } from '../../../core/allowlist/allowlist.ts';
import { selectInvocations } from '../../../core/trail/invocation-selectors.ts';

const STEM = 'arn:aws:lambda:eu-west-1:111122223333:function:';
const OWN = [`${STEM}invokeguard-remediator`, `${STEM}invokeguard-converger`];
const PLACE = { ownFunctionArns: OWN, functionArnStem: STEM };

function compile(names: readonly string[], functions: 'guarded' | 'all' = 'guarded'): Allowlist {
  const content = {
    version: 1,
    trail: { functions },
    functions: names.map((name) => ({ name, invokers: [] })),
  };
  const reading = compileAllowlist(content, 'allowlist');
  if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
  return reading.allowlist;
}

/** The one selector's field for function ARNs. */
function selectArns(names: readonly string[]): unknown {
  const { kind, selectors } = selectInvocations(compile(names), PLACE);
  expect(kind).toBe('guarded');
  expect(selectors).toHaveLength(1);
  return selectors[0]?.fieldSelectors.find(({ field }) => field === 'resources.ARN');
}

describe('the selector of guarded functions', () => {
  it('takes a full ARN as it is, names and endings in every Region, and a prefix in the stack’s Region', () => {
    expect(selectArns([`${STEM}pay`, 'thumbnailer', '*-workers', 'orders-*'])).toEqual({
      field: 'resources.ARN',
      equals: [`${STEM}pay`],
      endsWith: [':function:thumbnailer', '-workers'],
      startsWith: [`${STEM}orders-`],
      notEquals: OWN,
    });
  });

  it('leaves out the guard’s own functions and InvokeExecution, whatever it selects', () => {
    const asked = selectInvocations(compile([], 'all'), PLACE);
    const guarded = selectInvocations(compile(['thumbnailer']), PLACE);
    for (const [selector] of [asked.selectors, guarded.selectors]) {
      expect(selector?.fieldSelectors).toEqual(
        expect.arrayContaining([
          { field: 'eventName', notEquals: ['InvokeExecution'] },
          expect.objectContaining({ field: 'resources.ARN', notEquals: OWN }),
        ]),
      );
    }
  });

  it.each(['a*b', 'job-?', '?*', '*a*', '*a?'])('widens to all functions for `%s`', (glob) => {
    expect(selectInvocations(compile(['thumbnailer', glob]), PLACE)).toEqual({
      ...selectInvocations(compile([], 'all'), PLACE),
      widened: `CloudTrail has no selector for \`${glob}\``,
    });
  });

  it('logs all functions without a reason where the allowlist asks for it', () => {
    expect(selectInvocations(compile(['thumbnailer'], 'all'), PLACE)).toMatchObject({
      kind: 'all',
      widened: null,
    });
  });

  it('is left out where nothing is guarded', () => {
    expect(selectInvocations(compile([]), PLACE)).toEqual({ kind: 'nothing', selectors: [] });
  });

  it('stays within the 500 values of a trail, together with that for changes', () => {
    // Five values beside the names: two equals, InvokeExecution, the guard's own functions; and two for changes.
    const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `f${index}`);
    expect(selectInvocations(compile(names(493)), PLACE).kind).toBe('guarded');
    expect(selectInvocations(compile(names(494)), PLACE)).toMatchObject({
      kind: 'all',
      widened: '494 entries take 501 values, and a trail has 500',
    });
  });
});
