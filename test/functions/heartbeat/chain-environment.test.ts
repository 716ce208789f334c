import { parseChainEnvironment } from '../../../functions/heartbeat/chain-environment.ts';

const TRAIL_ARN = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/invokeguard';
const ENV = {
  TRAIL_ARN,
  RECORDS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/records',
  RECORDS_QUEUE_ARN: 'arn:aws:sqs:eu-west-1:111122223333:records',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/dead',
  INVOCATION_RULES: '12',
};

describe('the environment of the heartbeat', () => {
  it('says where the parts of the chain are', () => {
    expect(parseChainEnvironment(ENV)).toEqual({
      trailArn: TRAIL_ARN,
      recordsUrl: ENV.RECORDS_QUEUE_URL,
      deadLettersUrl: ENV.DEAD_LETTER_QUEUE_URL,
      rules: { invocationRules: 12, queueArn: ENV.RECORDS_QUEUE_ARN },
    });
  });

  it.each(['', undefined])('names no trail where the stack was told of none: %p', (arn) => {
    expect(parseChainEnvironment({ ...ENV, TRAIL_ARN: arn }).trailArn).toBeNull();
  });

  it('names every fault at once, and what to do', () => {
    const read = (): unknown =>
      parseChainEnvironment({
        ...ENV,
        TRAIL_ARN: 'invokeguard',
        INVOCATION_RULES: 'many',
        RECORDS_QUEUE_URL: '',
      });
    expect(read).toThrow('`TRAIL_ARN` is `invokeguard`, expected the ARN of a trail, or nothing');
    expect(read).toThrow('`INVOCATION_RULES` is `many`');
    expect(read).toThrow('`RECORDS_QUEUE_URL` is ``');
    expect(read).toThrow('deploy it again');
  });
});
