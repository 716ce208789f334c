import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { SnsAlertPublisher } from '../../aws/sns-alert-publisher.ts';
import type { Alert } from '../../core/alert/alert.ts';
import { nameGuard } from '../../core/guard.ts';
import { composeSdkError } from './sdk-errors.ts';
import { composeDeny, composeTarget } from './targets.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:alerts';
const target = composeTarget('f');

function composeAlert(text: string, statements = 1, userAgent = 'aws-cli'): Alert {
  return {
    subject: 'Invokeguard: caller contained: f',
    text,
    event: {
      version: 1,
      kind: 'invocation',
      guard: nameGuard('111122223333', 'eu-west-1'),
      functionArn: target.functionArn,
      qualifier: null,
      caller: { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/mallory' },
      verdict: 'unauthorized',
      reason: 'not listed',
      nearest: null,
      eventID: 'e1',
      eventTime: '2026-11-21T10:00:00Z',
      eventName: 'Invoke',
      invocationType: null,
      sourceIPAddress: '192.0.2.1',
      userAgent,
      errorCode: null,
      outcome: {
        kind: 'contained',
        containmentId: 'c1',
        digest: 'd1',
        lever: 'resourcePolicy',
        scope: 'allowlist',
        removed: [],
        added: Array.from({ length: statements }, () => composeDeny(target)),
        notStopped: ['accepted asynchronous work'],
      },
      owner: null,
      granter: null,
      rollback: 'npx invokeguard rollback',
    },
    attributes: { kind: 'invocation', functionName: 'f', empty: '' },
  };
}

describe('SnsAlertPublisher', () => {
  const sns = mockClient(SNSClient);
  const publisher = new SnsAlertPublisher(new SNSClient({ region: 'eu-west-1' }), TOPIC);

  beforeEach(() => {
    sns.reset();
    sns.on(PublishCommand).resolves({});
  });

  async function publish(alert: Alert) {
    await publisher.publishAlert(alert);
    const { input } = sns.commandCalls(PublishCommand)[0]!.args[0];
    const protocols = JSON.parse(input.Message!) as { default: string; email: string; sms: string };
    return { input, bytes: Buffer.byteLength(input.Message!), protocols };
  }

  it('sends people the text and machines the JSON, in one message', async () => {
    const alert = composeAlert('Caller contained.\n');
    const { input, protocols } = await publish(alert);
    expect(input).toMatchObject({
      TopicArn: TOPIC,
      Subject: alert.subject,
      MessageStructure: 'json',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'invocation' },
        functionName: { DataType: 'String', StringValue: 'f' },
      },
    });
    expect(input.MessageAttributes).not.toHaveProperty('empty');
    expect(protocols.email).toBe(alert.text);
    expect(protocols.sms).toBe(alert.subject);
    expect(JSON.parse(protocols.default)).toEqual(alert.event);
  });

  it.each(['x', '\u0000', '"', 'ü', '😀'])(
    'cuts a text of %j that is too long, says so, and keeps the JSON',
    async (letter) => {
      const alert = composeAlert(letter.repeat(300_000));
      const { protocols, bytes } = await publish(alert);
      expect(bytes).toBeLessThanOrEqual(262_144 - 8_192);
      expect(protocols.email).toContain('This message was cut here');
      expect(protocols.email).not.toMatch(/\p{Surrogate}/u);
      expect(JSON.parse(protocols.default)).toEqual(alert.event);
    },
  );

  it('keeps the facts of the JSON where even that is too long, and names what it lost', async () => {
    const alert = composeAlert('x'.repeat(300_000), 2_000, 'u'.repeat(5_000));
    const { protocols, bytes } = await publish(alert);
    expect(bytes).toBeLessThanOrEqual(262_144 - 8_192);
    expect(JSON.parse(protocols.default)).toMatchObject({
      caller: alert.event.kind === 'invocation' ? alert.event.caller : {},
      functionArn: target.functionArn,
      rollback: 'npx invokeguard rollback',
      outcome: {
        kind: 'contained',
        containmentId: 'c1',
        digest: 'd1',
        added: [],
        notStopped: ['accepted asynchronous work'],
      },
      shortened: ['/userAgent', '/outcome/added'],
    });
  });

  it.each([
    ['ThrottledException', 429, 'RetryableError'],
    ['InternalErrorException', 500, 'RetryableError'],
    ['KMSThrottlingException', 400, 'RetryableError'],
    ['TimeoutError', undefined, 'RetryableError'],
    ['AuthorizationErrorException', 403, 'PermanentError'],
    ['NotFoundException', 404, 'PermanentError'],
    ['InvalidParameterException', 400, 'PermanentError'],
  ])('turns %s (%s) into a %s', async (fault, status, name) => {
    sns.on(PublishCommand).rejects(composeSdkError(fault, status));
    await expect(publisher.publishAlert(composeAlert('text'))).rejects.toMatchObject({
      name,
      message: expect.stringContaining('`sns:Publish`'),
    });
  });
});
