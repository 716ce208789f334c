import {
  generalizeService,
  listKindredNames,
  relateServices,
} from '../../../core/allowlist/service-principal.ts';

describe('two names of services', () => {
  it.each([
    ['logs.amazonaws.com', 'logs.amazonaws.com', 'same'],
    ['logs.amazonaws.com', 'logs.eu-west-1.amazonaws.com', 'kindred'],
    ['logs.us-gov-west-1.amazonaws.com', 'logs.amazonaws.com', 'kindred'],
    ['sns.amazonaws.com', 'sns.amazonaws.com.cn', 'kindred'],
    ['sns.amazonaws.com', 'sns.cn-north-1.amazonaws.com.cn', 'kindred'],
    ['logs.eu-west-1.amazonaws.com', 'logs.us-east-1.amazonaws.com', 'other'],
    ['s3.amazonaws.com', 'sns.amazonaws.com', 'other'],
    ['s3.amazonaws.com', 's3.evil.example', 'other'],
    ['s3.amazonaws.com', 's3.amazonaws.com.evil.example', 'other'],
    ['s3.amazonaws.com', 's3.x.amazonaws.com', 'other'],
    ['lambda.amazonaws.com', 'lambda.alarms.cloudwatch.amazonaws.com', 'other'],
    ['s3.amazonaws.com', 'batchoperations.s3.amazonaws.com', 'other'],
    ['AWS Internal', 'AWS Internals', 'other'],
  ])('%s and %s are %s', (left, right, relation) => {
    expect(relateServices(left, right)).toBe(relation);
    expect(relateServices(right, left)).toBe(relation);
  });

  it('come down to the one without Region and without the suffix of China', () => {
    expect(
      [
        'logs.eu-west-1.amazonaws.com',
        'batchoperations.s3.amazonaws.com',
        'x.cn-north-1.amazonaws.com.cn',
        's3',
      ].map(generalizeService),
    ).toEqual(['logs.amazonaws.com', 'batchoperations.s3.amazonaws.com', 'x.amazonaws.com', 's3']);
  });
});

test('CloudWatch Logs has two names in a Region, whichever is listed; others have the one that is listed', () => {
  expect(listKindredNames('logs.amazonaws.com', 'eu-west-1')).toEqual(['logs.eu-west-1.amazonaws.com']);
  expect(listKindredNames('logs.eu-west-1.amazonaws.com', 'eu-west-1')).toEqual(['logs.amazonaws.com']);
  expect(listKindredNames('s3.amazonaws.com', 'eu-west-1')).toEqual([]);
});
