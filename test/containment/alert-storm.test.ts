import { composeSnsMessage } from '../../aws/sns-message.ts';
import { sendDigest } from '../../containment/digest.ts';
import { remediateRecord } from '../../containment/remediation.ts';
import { composeAllowlist, composeMalloryCall, FUNCTION_ARN, GUARD } from './calls.ts';
import { buildGuardWorld } from './guard-world.ts';

const CALLS = 5_000;
const FUNCTIONS = 50;
const SNS_BYTES = 262_144;

function composeCall(number: number): unknown {
  const functionArn = FUNCTION_ARN.replace('thumbnailer', `function-${number % FUNCTIONS}`);
  const roleArn = `arn:aws:iam::444455556666:role/intruder-${number}`;
  return composeMalloryCall({
    eventID: `0b1f6f0e-0000-4000-8000-${String(number).padStart(12, '0')}`,
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::444455556666:assumed-role/intruder-${number}/session`,
      accountId: '444455556666',
      sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn } },
    },
    requestParameters: { functionName: functionArn, invocationType: 'RequestResponse' },
    resources: [{ accountId: '111122223333', type: 'AWS::Lambda::Function', ARN: functionArn }],
  });
}

describe('a storm of 5,000 callers on 50 functions within a minute', () => {
  const world = buildGuardWorld();

  beforeAll(async () => {
    const [guarded] = composeAllowlist('observe').functions;
    const allowlist = {
      ...composeAllowlist('observe'),
      functions: [{ ...guarded!, selector: { kind: 'glob', glob: 'function-*' } as const }],
    };
    for (let number = 0; number < CALLS; number += 1) {
      const messageId = `message-${number}`;
      const delivery = { input: composeCall(number), messageId, deliveryCount: 1, path: 'live' } as const;
      await remediateRecord(delivery, allowlist, GUARD, world);
      world.clock.advance(60_000 / CALLS);
    }
    await sendDigest('run-1', GUARD, world);
  });

  it('sends 40 messages and one digest', () => {
    const kinds = world.alerts.published.map(({ event }) => event.kind);
    expect(kinds).toEqual([...Array.from({ length: 40 }, () => 'invocation'), 'digest']);
  });

  it('loses no finding: the digest counts every other one', () => {
    const digest = world.alerts.published.at(-1);
    expect(digest?.subject).toBe('Invokeguard: digest: 4960 new findings, 0 repetitions');
    expect(digest?.event).toMatchObject({ totals: { groups: 4_960, deferred: 4_960, repeated: 0 } });
    const told = world.alerts.published.flatMap(({ event }) =>
      event.kind === 'invocation' ? [event.eventID ?? ''] : [],
    );
    const kept = world.alertBook.deferred.map(({ eventID }) => eventID);
    expect(new Set([...told, ...kept]).size).toBe(CALLS);
  });

  it('lists as many as fit into one SNS message, which is not cut, and counts the rest', () => {
    const digest = world.alerts.published.at(-1)!;
    const message = composeSnsMessage(digest);
    expect(Buffer.byteLength(message)).toBeLessThan(SNS_BYTES);
    expect(JSON.parse(JSON.parse(message).default)).toEqual(digest.event);
    const event = digest.event.kind === 'digest' ? digest.event : undefined;
    expect(event?.groups.length).toBeGreaterThan(100);
    expect((event?.groups.length ?? 0) + (event?.unlisted ?? 0)).toBe(4_960);
    const lines = digest.text.split('\n');
    expect(lines.length).toBeLessThan(220);
    const listed = lines.filter((line) => line.startsWith('role ')).length;
    expect(digest.text).toContain(`And ${4_960 - listed} more pairs, counted above.`);
  });
});
