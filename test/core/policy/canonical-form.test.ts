import {
  canonicalizeContent,
  canonicalizeStatement,
  policiesMeanSame,
} from '../../../core/policy/canonical-form.ts';

const GRANT = {
  Sid: 'one',
  Effect: 'Allow',
  Principal: { AWS: '111122223333' },
  Action: 'lambda:InvokeFunction',
  Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
  Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
};

function policyOf(...statements: readonly Record<string, unknown>[]): {
  Version: string;
  Statement: Record<string, unknown>[];
} {
  return { Version: '2012-10-17', Statement: [...statements] };
}

describe('what AWS does to a policy that it stores does not change its meaning', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an account becomes its root ARN', { Principal: { AWS: 'arn:aws:iam::111122223333:root' } }],
    ['a list of one becomes text', { Action: ['lambda:InvokeFunction'] }],
    ['a repeated value collapses', { Principal: { AWS: ['111122223333', '111122223333'] } }],
    ['the case of an action does not matter', { Action: 'lambda:invokeFunction' }],
    [
      'the case of a condition key does not matter',
      { Condition: { StringEquals: { 'AWS:SourceAccount': ['111122223333'] } } },
    ],
  ])('%s', (_, change) => {
    expect(policiesMeanSame(policyOf(GRANT), policyOf({ ...GRANT, ...change }))).toBe(true);
  });

  it('a missing Version is 2008-10-17, not 2012-10-17', () => {
    expect(policiesMeanSame({ Statement: [GRANT] }, { Version: '2008-10-17', Statement: [GRANT] })).toBe(
      true,
    );
    expect(policiesMeanSame({ Statement: [GRANT] }, policyOf(GRANT))).toBe(false);
  });

  it('the order of statements and of values does not matter', () => {
    const two = { ...GRANT, Sid: 'two', Action: ['lambda:InvokeFunction', 'lambda:GetFunction'] };
    const turned = { ...two, Action: ['lambda:GetFunction', 'lambda:InvokeFunction'] };
    expect(policiesMeanSame(policyOf(GRANT, two), policyOf(turned, GRANT))).toBe(true);
  });

  it('no policy and a policy without statements mean the same', () => {
    expect(policiesMeanSame(null, policyOf())).toBe(true);
    expect(policiesMeanSame(null, policyOf(GRANT))).toBe(false);
  });
});

describe('what changes the meaning is seen', () => {
  it.each<[string, Record<string, unknown>]>([
    ['another effect', { Effect: 'Deny' }],
    ['another principal', { Principal: { AWS: '444455556666' } }],
    ['a service with the name of an account', { Principal: { Service: '111122223333' } }],
    ['another operator', { Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333' } } }],
    ['a value in another case', { Condition: { StringEquals: { 'aws:SourceArn': 'ARN:aws:s3:::uploads' } } }],
    ['no condition', { Condition: {} }],
    ['NotAction', { NotAction: 'lambda:InvokeFunction' }],
    ['another Sid', { Sid: 'two' }],
  ])('%s', (_, change) => {
    expect(canonicalizeStatement({ ...GRANT, ...change })).not.toBe(canonicalizeStatement(GRANT));
  });

  it('keys that differ only in case are both kept', () => {
    const one = { ...GRANT, Condition: { StringEquals: { 'aws:SourceArn': 'a', 'AWS:SourceArn': 'b' } } };
    const other = { ...GRANT, Condition: { StringEquals: { 'aws:SourceArn': 'a' } } };
    expect(canonicalizeStatement(one)).not.toBe(canonicalizeStatement(other));
  });

  it('content is compared without the Sid', () => {
    expect(canonicalizeContent({ ...GRANT, Sid: 'two' })).toBe(canonicalizeContent(GRANT));
  });
});
