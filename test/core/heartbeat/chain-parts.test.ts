import { findRuleFaults, type RuleState } from '../../../core/heartbeat/chain-parts.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:records';
const rule = (name: string, changes: Partial<RuleState> = {}): RuleState => ({
  name,
  state: 'enabled',
  targetArns: [QUEUE],
  ...changes,
});

describe('the rules of the guard', () => {
  const find = (...rules: readonly RuleState[]): unknown =>
    findRuleFaults(rules, { invocationRules: 2, queueArn: QUEUE });

  it('are in order where all that were deployed send to the queue', () => {
    expect(find(rule('invokeguard-invocations-001'), rule('invokeguard-invocations-002'))).toEqual([]);
  });

  it('may send elsewhere where they are not for calls', () => {
    const digest = rule('invokeguard-digest', { targetArns: ['arn:aws:sqs:eu-west-1:111122223333:jobs'] });
    expect(find(rule('invokeguard-invocations-001'), rule('invokeguard-invocations-002'), digest)).toEqual(
      [],
    );
  });

  it.each([
    ['missing', []],
    ['disabled', [rule('invokeguard-invocations-002', { state: 'disabled' })]],
    ['noTarget', [rule('invokeguard-invocations-002', { targetArns: [] })]],
    ['otherTarget', [rule('invokeguard-invocations-002', { targetArns: [`${QUEUE}-of-mallory`] })]],
  ])('are %s one by one', (fault, second) => {
    expect(find(rule('invokeguard-invocations-001'), ...second)).toEqual([
      { name: 'invokeguard-invocations-002', fault },
    ]);
  });

  it('without a target are told whatever they are for', () => {
    const watch = rule('invokeguard-watch-guard-01', { targetArns: [] });
    expect(find(rule('invokeguard-invocations-001'), rule('invokeguard-invocations-002'), watch)).toEqual([
      { name: 'invokeguard-watch-guard-01', fault: 'noTarget' },
    ]);
  });
});
