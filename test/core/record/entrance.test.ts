import { describeEntrance, nameEntrance } from '../../../core/record/entrance.ts';

describe('the entrance of a call', () => {
  it.each([
    ['pei2bqeakm3ir6wp7dwtrd3xg40gxosk.lambda-url.us-east-1.on.aws', 'functionUrl'],
    ['ABC.LAMBDA-URL.eu-west-1.ON.AWS', 'functionUrl'],
    ['abc.lambda-url.us-gov-west-1.on.aws', 'functionUrl'],
    ['abc.lambda-url.cn-north-1.on.amazonwebservices.com.cn', 'functionUrl'],
    ['abc.lambda-url.eu-west-1.on.aws:443', 'functionUrl'],
    ['lambda.eu-west-1.amazonaws.com', 'api'],
    ['vpce-0a1b-2c3d.lambda.eu-west-1.vpce.amazonaws.com', 'api'],
    ['lambda-url.eu-west-1.on.aws', 'api'],
    ['abc.lambda-url.eu-west-1.on.aws.evil.example', 'api'],
  ])('by the host %s is the %s', (host, entrance) => {
    expect(nameEntrance('Invoke', host)).toBe(entrance);
  });

  it('is not known without a host, unless the name of the event tells it', () => {
    expect(nameEntrance('Invoke', null)).toBe('unknown');
    expect(nameEntrance('InvokeFunctionUrl', null)).toBe('functionUrl');
  });

  it('is told where it is the function URL only', () => {
    expect((['functionUrl', 'api', 'unknown'] as const).map(describeEntrance)).toEqual([
      ', through the function URL',
      '',
      '',
    ]);
  });
});
