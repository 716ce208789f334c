import { compileAllowlist } from '../../config/allowlist-file.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { selectInvocations } from '../../infra/trail-selectors.ts';

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
  const { selectors } = selectInvocations(compile(names), PLACE);
  expect(selectors).toHaveLength(1);
  const fields = selectors[0]?.fieldSelectors as { field: string }[];
  return fields.find(({ field }) => field === 'resources.ARN');
}

describe('the selector of guarded functions', () => {
  it('takes a full ARN as it is, a name in every Region, and a prefix in the stack’s Region', () => {
    expect(selectArns([`${STEM}pay`, 'thumbnailer', 'orders-*'])).toEqual({
      field: 'resources.ARN',
      equalTo: [`${STEM}pay`],
      endsWith: [':function:thumbnailer'],
      startsWith: [`${STEM}orders-`],
      notEquals: OWN,
    });
  });

  it.each(['*-worker', 'a*b', 'job-?', '?*'])('widens to all functions for `%s`', (glob) => {
    const { selectors, widened } = selectInvocations(compile(['thumbnailer', glob]), PLACE);
    expect(widened).toContain(`\`${glob}\``);
    expect(selectors).toEqual(selectInvocations(compile([], 'all'), PLACE).selectors);
  });

  it('is left out where nothing is guarded', () => {
    expect(selectInvocations(compile([]), PLACE)).toEqual({ selectors: [], widened: null });
  });

  it('stays within the 500 values of a trail, together with that for changes', () => {
    // Five values beside the names: two equals, InvokeExecution, the guard's own functions; and two for changes.
    const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `f${index}`);
    expect(selectInvocations(compile(names(493)), PLACE).widened).toBeNull();
    expect(selectInvocations(compile(names(494)), PLACE).widened).toContain('494 entries');
  });
});
