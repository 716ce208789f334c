import { parseEnvironment } from '../../functions/environment.ts';

const COMPLETE = {
  LEDGER_TABLE_NAME: 'Invokeguard-Ledger',
  ALERT_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:alerts',
  CONVERGENCE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/converge',
  GUARD_ACCOUNT: '111122223333',
  GUARD_REGION: 'eu-west-1',
  GUARD_NAME: 'invokeguard-remediator',
};

describe("the environment of the guard's functions", () => {
  it('is read whole', () => {
    expect(parseEnvironment(COMPLETE)).toEqual({
      ledgerTableName: 'Invokeguard-Ledger',
      alertTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alerts',
      convergenceQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/converge',
      account: '111122223333',
      region: 'eu-west-1',
      guardName: 'invokeguard-remediator',
    });
  });

  it('is refused with every fault in one error', () => {
    const read = (): unknown =>
      parseEnvironment({ ...COMPLETE, LEDGER_TABLE_NAME: '', GUARD_ACCOUNT: '1111' });
    expect(read).toThrow('`LEDGER_TABLE_NAME` is not set');
    expect(read).toThrow('`GUARD_ACCOUNT` is `1111`, expected 12 digits');
    expect(read).toThrow('deploy it again');
  });

  it.each(Object.keys(COMPLETE))('is refused without %s', (variable) => {
    expect(() => parseEnvironment({ ...COMPLETE, [variable]: undefined })).toThrow(
      `\`${variable}\` is not set`,
    );
  });
});
