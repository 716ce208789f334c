import { compileAllowlist } from '../../config/allowlist-file.ts';
import { scopeFunctions } from '../../infra/function-scope.ts';
import { makeStack } from './stacks.ts';

const STEM = 'arn:aws:lambda:eu-west-1:111122223333:function:';

/** What may be changed, what is only observed and what is spared, without the stem that all ARNs of a stack share. */
function scope(
  functions: Record<string, 'enforce' | 'observe'>,
): Record<'enforced' | 'observed' | 'spared', string[]> {
  const entries = Object.entries(functions).map(([name, mode]) => ({
    name,
    mode,
    invokers: [{ account: '111122223333' }],
  }));
  const reading = compileAllowlist({ version: 1, functions: entries }, 'allowlist');
  if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
  const stack = makeStack();
  const { enforced, observed, spared } = scopeFunctions(reading.allowlist, stack);
  const shorten = (arn: string): string =>
    String(stack.resolve(arn)['Fn::Join'][1].at(-1)).split(':function:')[1] ?? '';
  return {
    enforced: enforced.map(shorten),
    observed: observed.map(shorten),
    spared: spared.map(shorten),
  };
}

describe('the functions that the guard may change', () => {
  it('are the enforced ones with their versions and aliases', () => {
    expect(scope({ a: 'enforce', b: 'observe' })).toEqual({
      enforced: ['a', 'a:*'],
      observed: ['b', 'b:*'],
      spared: [],
    });
  });

  it('are patterns where the allowlist has globs', () => {
    expect(scope({ 'orders-*': 'enforce', 'job-?': 'enforce' }).enforced).toEqual([
      'orders-*',
      'job-?',
      'job-?:*',
    ]);
  });

  it('are named once, whether by name or by ARN', () => {
    expect(scope({ a: 'enforce', [`${STEM}a`]: 'enforce' }).enforced).toEqual(['a', 'a:*']);
  });

  it('are not those that a more specific entry only observes', () => {
    expect(scope({ 'orders-*': 'enforce', 'orders-x': 'observe' }).spared).toEqual([
      'orders-x',
      'orders-x:*',
    ]);
    expect(scope({ 'o*': 'enforce', 'orders-*': 'observe' }).spared).toEqual(['orders-*']);
  });

  it('are never denied to an enforced entry that is more specific still', () => {
    expect(scope({ 'o*': 'enforce', 'orders-*': 'observe', 'orders-x': 'enforce' }).spared).toEqual([]);
    expect(scope({ '*': 'observe', 'orders-*': 'enforce' }).spared).toEqual([]);
  });

  it('are not those of another Region', () => {
    const elsewhere = 'arn:aws:lambda:us-east-1:111122223333:function:far';
    expect(scope({ [elsewhere]: 'enforce' }).enforced).toEqual([]);
  });
});
