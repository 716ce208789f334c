import { CONVERGER_NAME, nameGuard, REMEDIATOR_NAME } from '../../../core/guard.ts';
import type { LambdaInvocation } from '../../../core/record/invocation.ts';
import { placeInvocation } from '../../../core/record/placement.ts';

const GUARD = nameGuard('111122223333', 'eu-west-1');

function compose(changes: Partial<LambdaInvocation>): LambdaInvocation {
  return {
    functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
    recipientAccountId: '111122223333',
    awsRegion: 'eu-west-1',
    ...changes,
  } as LambdaInvocation;
}

const named = (name: string): string => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;

describe('the place of a call', () => {
  it.each<[string, Partial<LambdaInvocation>, string]>([
    ['in the account and Region of the guard', {}, 'ours'],
    [
      'of a function in another account',
      { functionArn: named('x').replace('111122223333', '999999999999') },
      'otherAccount',
    ],
    [
      'of a function in another Region',
      { functionArn: named('x').replace('eu-west-1', 'us-east-1') },
      'otherRegion',
    ],
    [
      "in the caller's copy of a cross-account call: the function counts",
      { recipientAccountId: '999999999999' },
      'ours',
    ],
    [
      'of an unknown function, recorded for another account',
      { functionArn: null, recipientAccountId: '999999999999' },
      'otherAccount',
    ],
    [
      'of an unknown function, recorded for another Region',
      { functionArn: null, awsRegion: 'us-east-1' },
      'otherRegion',
    ],
    [
      'that the record does not tell',
      { functionArn: null, recipientAccountId: null, awsRegion: null },
      'ours',
    ],
    ['of the remediation function', { functionArn: named(REMEDIATOR_NAME) }, 'ownFunction'],
    ['of the converging function', { functionArn: named(CONVERGER_NAME) }, 'ownFunction'],
    ['of a function that is only named alike', { functionArn: named(`${REMEDIATOR_NAME}2`) }, 'ours'],
  ])('%s', (_, changes, expected) => {
    const placement = placeInvocation(compose(changes), GUARD);
    expect(placement.kind === 'ours' ? 'ours' : placement.reason).toBe(expected);
  });
});
