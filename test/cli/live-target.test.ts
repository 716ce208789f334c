import { parseCallerArgument } from '../../cli/caller-argument.ts';
import { readLiveTarget } from '../../cli/live-target.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';

describe('the function that a live command is about', () => {
  it.each([
    ['an unqualified ARN', ARN, undefined, null],
    ['a qualified ARN', `${ARN}:live`, undefined, 'live'],
    ['an ARN and a qualifier', ARN, '$LATEST', '$LATEST'],
    ['the same qualifier twice', `${ARN}:7`, '7', '7'],
  ])('may be %s', (_, functionText, qualifierText, qualifier) => {
    expect(readLiveTarget(functionText, qualifierText)).toEqual({
      kind: 'target',
      target: { functionArn: ARN, qualifier },
      account: '111122223333',
      region: 'eu-west-1',
    });
  });

  it.each([
    ['nothing', undefined, undefined, '`--function ARN` is missing'],
    ['a bare name', 'thumbnailer', undefined, 'is not a function ARN'],
    ['an ARN of something else', 'arn:aws:s3:::bucket', undefined, 'is not a function ARN'],
    ['an 11-digit account', ARN.replace('111122223333', '11112222333'), undefined, 'is not a function ARN'],
    ['a qualifier that cannot be', ARN, 'a b', 'neither a version'],
    ['two qualifiers', `${ARN}:live`, 'test', 'differ'],
  ])('may not be %s', (_, functionText, qualifierText, problem) => {
    const read = readLiveTarget(functionText, qualifierText);
    expect(read.kind === 'usageError' ? read.message : '').toContain(problem);
  });
});

describe('a caller as a person names it', () => {
  it.each([
    [
      'arn:aws:iam::111122223333:role/path/ci',
      { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/path/ci' },
    ],
    [
      'arn:aws-cn:iam::111122223333:user/ops',
      { kind: 'user', userArn: 'arn:aws-cn:iam::111122223333:user/ops' },
    ],
    ['444455556666', { kind: 'account', account: '444455556666' }],
    ['s3.amazonaws.com', { kind: 'service', service: 's3.amazonaws.com' }],
    ['anonymous', { kind: 'anonymous' }],
  ])('%s', (text, caller) => {
    expect(parseCallerArgument(text)).toEqual(caller);
  });

  it.each(['', 'somebody', '12345', 'arn:aws:s3:::bucket', 'arn:aws:sts::111122223333:assumed-role/a/b'])(
    '%p is none',
    (text) => {
      expect(parseCallerArgument(text)).toBeUndefined();
    },
  );
});
