import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { compileAllowlist } from '../../config/allowlist-file.ts';
import { scopeFunctions } from '../../infra/function-scope.ts';
import { listStatements, makeStack, ONE_FUNCTION, removeFolders, synthGuard } from './stacks.ts';

afterAll(removeFolders);

const STEM = 'arn:aws:lambda:eu-west-1:111122223333:function:';

/** What may be changed and what is spared, without the stem that all ARNs of a stack share. */
function scope(functions: Record<string, 'enforce' | 'observe'>): { enforced: string[]; spared: string[] } {
  const entries = Object.entries(functions).map(([name, mode]) => ({
    name,
    mode,
    invokers: [{ account: '111122223333' }],
  }));
  const reading = compileAllowlist({ version: 1, functions: entries }, 'allowlist');
  if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
  const stack = makeStack();
  const { enforced, spared } = scopeFunctions(reading.allowlist, stack);
  const shorten = (arn: string): string =>
    String(stack.resolve(arn)['Fn::Join'][1].at(-1)).split(':function:')[1] ?? '';
  return { enforced: enforced.map(shorten), spared: spared.map(shorten) };
}

describe('the functions that the guard may change', () => {
  it('are the enforced ones with their versions and aliases', () => {
    expect(scope({ a: 'enforce', b: 'observe' })).toEqual({ enforced: ['a', 'a:*'], spared: [] });
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

describe('the policies of the role', () => {
  const guard = (count: number): Record<string, unknown>[] =>
    Array.from({ length: count }, (_, index) => ({
      ...ONE_FUNCTION.functions[0],
      name: `function-${'x'.repeat(45)}-${index}`,
    }));
  /** Characters of a policy as deployed in the partition with the longest name, without white space. */
  const measure = (policy: Record<string, unknown>): number => {
    const { PolicyDocument: document } = policy['Properties'] as { PolicyDocument: unknown };
    const join = /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"(.*?)"\]\]\}/g;
    return JSON.stringify(document).replaceAll(join, '"arn:aws-us-gov$1"').length;
  };

  it('stay within IAM’s limits for 150 functions with long names', () => {
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: guard(150) } });
    const managed = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    const [inline] = Object.values(template.findResources('AWS::IAM::Policy'));
    expect(managed.length).toBeGreaterThan(0);
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const policy of managed) expect(measure(policy)).toBeLessThanOrEqual(6_144);
    expect(measure(inline!)).toBeLessThanOrEqual(10_240);
    expect(JSON.stringify(listStatements(template, 'AWS::IAM::ManagedPolicy'))).toContain('-149:*');
  });

  it('reach all functions of account and Region, with a warning, where the names do not fit', () => {
    const stack = makeStack();
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: guard(500) } }, stack);
    expect(
      Annotations.fromStack(stack).findWarning(
        '*',
        Match.stringLikeRegexp('do not fit into the policies of one role'),
      ),
    ).toHaveLength(1);
    const resources = listStatements(template, 'AWS::IAM::Policy').map(({ Resource }) =>
      JSON.stringify(Resource),
    );
    expect(resources[0]).toContain(':lambda:eu-west-1:111122223333:function:*');
  });
});
