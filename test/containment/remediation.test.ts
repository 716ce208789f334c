import { PermanentError, RetryableError } from '../../containment/errors.ts';
import { type Remediation, remediateRecord } from '../../containment/remediation.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import {
  composeAllowlist,
  composeMalloryCall,
  composeS3Call,
  FUNCTION_ARN,
  GUARD,
  PLANTED_GRANT,
  POLICY,
  S3_GRANT,
  TARGET,
} from './calls.ts';
import { buildPlantedWorld, type GuardWorld } from './guard-world.ts';

async function deliver(
  world: GuardWorld,
  input: unknown,
  allowlist: Allowlist = composeAllowlist(),
  deliveryCount = 1,
): Promise<Remediation> {
  return remediateRecord(
    { input, messageId: 'message-1', deliveryCount, path: 'live' },
    allowlist,
    GUARD,
    world,
  );
}

function readOutcome(remediation: Remediation): string {
  return remediation.kind === 'alerted' ? remediation.about.outcome.kind : remediation.kind;
}

describe('an invocation by somebody who is not listed', () => {
  it('restricts the policy to S3 and the one bucket, and alerts', async () => {
    const world = buildPlantedWorld();
    const remediation = await deliver(world, composeMalloryCall());
    expect(readOutcome(remediation)).toBe('contained');
    const statements = world.policies.look(TARGET)?.Statement ?? [];
    expect(statements).toContainEqual(S3_GRANT);
    expect(statements).not.toContainEqual(PLANTED_GRANT);
    expect(statements.filter((statement) => statement['Effect'] === 'Allow')).toEqual([S3_GRANT]);
    expect(statements.some((statement) => statement['Effect'] === 'Deny')).toBe(true);
    expect(world.alerts.published).toHaveLength(1);
    expect(world.alerts.published[0]?.text).toContain('user arn:aws:iam::111122223333:user/mallory');
  });

  it('is contained without Deny where the control plane takes only permissions, and the alert says what that leaves', async () => {
    const world = buildPlantedWorld('permissions');
    const remediation = await deliver(world, composeMalloryCall());
    expect(readOutcome(remediation)).toBe('contained');
    expect(world.policies.look(TARGET)?.Statement).toEqual([S3_GRANT]);
    expect(world.alerts.published[0]?.text).toMatch(/identity polic/i);
  });

  it('is told of what no rewrite of one policy stops', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall());
    expect(world.alerts.published[0]?.text).toContain(
      '* Asynchronous calls that Lambda has accepted already still run',
    );
    expect(world.alerts.published[0]?.text).toContain('* Calls through other versions and aliases');
  });

  it('takes three calls before the function is safe: read, one ledger transaction, write', async () => {
    const world = buildPlantedWorld();
    const order: string[] = [];
    world.policies.interrupt = (call) => order.push(call);
    world.ledger.interrupt = (call) => order.push(call);
    await deliver(world, composeMalloryCall());
    expect(order.slice(0, order.indexOf('wrotePolicy'))).toEqual([
      'readPolicy',
      'beginContainment',
      'writePolicy',
    ]);
  });

  it('is stored with the policy as it was, before the policy is changed', async () => {
    const world = buildPlantedWorld();
    world.policies.interrupt = (call) => {
      if (call === 'writePolicy') expect(world.ledger.events.size).toBe(1);
    };
    await deliver(world, composeMalloryCall());
    const [containment] = await world.ledger.listContainments(TARGET);
    expect(containment?.snapshot.policy).toEqual(POLICY);
    expect(containment?.state).toBe('settled');
  });
});

describe('a call of a function that can not exist', () => {
  it("is judged by CloudTrail's own ARN and alerted, and no policy is looked for", async () => {
    const world = buildPlantedWorld();
    const order: string[] = [];
    world.policies.interrupt = (call) => order.push(call);
    const odd = `${FUNCTION_ARN} www.evil.example`;
    const [first, ...others] = composeAllowlist().functions;
    if (first === undefined) throw new Error('the sample allowlist guards no function');
    const everyone = { ...first, selector: { kind: 'glob', glob: '*' } } as const;
    const call = composeMalloryCall({ resources: [{ ARN: odd }] });
    const remediation = await deliver(world, call, {
      ...composeAllowlist(),
      functions: [everyone, ...others],
    });
    expect(remediation).toMatchObject({ about: { invocation: { functionArn: odd } } });
    expect(readOutcome(remediation)).toBe('notAttempted');
    expect(order).toEqual([]);
    expect(world.alerts.published[0]?.text).toContain('www[.]evil[.]example');
  });
});

describe('the other versions and aliases', () => {
  it('are handed on once when one policy was rewritten', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall());
    await deliver(world, composeMalloryCall());
    const runID = '0b1f6f0e-0000-4000-8000-000000000001';
    const offender = { kind: 'user', userArn: PLANTED_GRANT.Principal.AWS };
    expect(world.convergence.jobs).toEqual([
      { kind: 'function', functionArn: FUNCTION_ARN, runID, offender },
    ]);
  });
});

describe('an invocation that needs no change', () => {
  it('by the listed bucket changes nothing and alerts nobody', async () => {
    const world = buildPlantedWorld();
    expect(await deliver(world, composeS3Call())).toEqual({ kind: 'passed', verdict: 'authorized' });
    expect(world.policies.calls).toEqual([]);
    expect(world.alerts.published).toEqual([]);
  });

  it('of a function that nobody guards is passed over', async () => {
    const world = buildPlantedWorld();
    const allowlist = { ...composeAllowlist(), functions: [] };
    expect(await deliver(world, composeMalloryCall(), allowlist)).toEqual({
      kind: 'passed',
      verdict: 'unguarded',
    });
  });

  it.each([
    ['mode observe', composeMalloryCall(), composeAllowlist('observe'), 'observed'],
    [
      'a call that failed',
      composeMalloryCall({ errorCode: 'TooManyRequestsException' }),
      composeAllowlist(),
      'notAttempted',
    ],
    [
      'an unknown kind of caller',
      composeMalloryCall({ userIdentity: { type: 'New' } }),
      composeAllowlist(),
      'notAttempted',
    ],
    [
      'a record without identity',
      composeMalloryCall({ userIdentity: null }),
      composeAllowlist(),
      'notAttempted',
    ],
    [
      'a service whose source the record lacks',
      composeS3Call({ requestParameters: null }),
      composeAllowlist(),
      'notAttempted',
    ],
  ])('alerts and changes nothing: %s', async (_, input, allowlist, outcome) => {
    const world = buildPlantedWorld();
    expect(readOutcome(await deliver(world, input, allowlist))).toBe(outcome);
    expect(world.policies.calls.filter((call) => call !== 'readPolicy')).toEqual([]);
    expect(world.policies.look(TARGET)).toEqual(POLICY);
    expect(world.alerts.published).toHaveLength(1);
  });
});

describe('an event source mapping', () => {
  const MAPPING =
    'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0f0e0d0c-0000-4000-8000-000000000000';
  const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';
  const call = composeS3Call({
    userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
    requestParameters: { functionName: FUNCTION_ARN, sourceArn: MAPPING },
  });
  const listing = (eventSourceMapping: string): Allowlist =>
    composeAllowlist('enforce', [
      { kind: 'eventSourceMapping', pointer: '/functions/0/invokers/0', eventSourceMapping },
    ]);

  it('that is not listed is disabled, and the alert gives the command that enables it again', async () => {
    const world = buildPlantedWorld();
    world.mappings.sources.set(MAPPING, QUEUE);
    expect(readOutcome(await deliver(world, call))).toBe('mappingDisabled');
    expect(world.mappings.disabled).toContain(MAPPING);
    expect(world.policies.look(TARGET)).toEqual(POLICY);
    expect(world.alerts.published[0]?.text).toContain(
      '--uuid 0f0e0d0c-0000-4000-8000-000000000000 --enabled',
    );
  });

  it('that cannot be disabled is alerted as NOT contained', async () => {
    const world = buildPlantedWorld();
    world.mappings.sources.set(MAPPING, QUEUE);
    world.mappings.interrupt = () => {
      throw new PermanentError('AccessDenied', 'the guard may not call `lambda:UpdateEventSourceMapping`');
    };
    expect(readOutcome(await deliver(world, call))).toBe('refused');
    expect(world.alerts.published[0]?.subject).toContain('NOT contained');
  });

  it.each([MAPPING, QUEUE, 'arn:aws:sqs:eu-west-1:111122223333:ord*'])(
    'listed as %s passes',
    async (listed) => {
      const world = buildPlantedWorld();
      world.mappings.sources.set(MAPPING, QUEUE);
      expect(await deliver(world, call, listing(listed))).toEqual({ kind: 'passed', verdict: 'authorized' });
    },
  );

  it('that is gone, where a source is listed, is undetermined: nothing is changed', async () => {
    const world = buildPlantedWorld();
    expect(readOutcome(await deliver(world, call, listing(QUEUE)))).toBe('notAttempted');
    expect(world.mappings.disabled.size).toBe(0);
  });

  it('is looked up only where an entry lists a source: the control plane is for everybody', async () => {
    for (const invokers of [
      [],
      [{ kind: 'eventSourceMapping', pointer: '/x', eventSourceMapping: MAPPING } as const],
    ]) {
      const world = buildPlantedWorld();
      world.mappings.sources.set(MAPPING, QUEUE);
      await deliver(world, call, composeAllowlist('observe', invokers));
      expect([world.mappings.reads, world.mappingMemory.calls]).toEqual([0, []]);
    }
  });

  it('is not looked up for other callers, who are most of them', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall(), listing(QUEUE));
    expect([world.mappings.reads, world.mappingMemory.calls]).toEqual([0, []]);
  });

  it('that called once is known when it is gone: the answer of Lambda is remembered', async () => {
    const world = buildPlantedWorld();
    world.mappings.sources.set(MAPPING, QUEUE);
    await deliver(world, call, listing(QUEUE));
    world.mappings.sources.clear();
    expect(await deliver(world, call, listing(QUEUE))).toEqual({ kind: 'passed', verdict: 'authorized' });
    expect(world.mappings.reads).toBe(1);
  });

  it('that is gone is judged by what was learnt of it before: one of another source is unauthorized', async () => {
    const world = buildPlantedWorld();
    world.mappingMemory.sources.set(MAPPING, `${QUEUE}-of-mallory`);
    const remediation = await deliver(world, call, listing(QUEUE));
    expect(remediation).toMatchObject({
      kind: 'alerted',
      about: { decision: { verdict: 'unauthorized' }, outcome: { kind: 'notAttempted' } },
    });
    expect(world.mappings.reads).toBe(0);
  });

  it('in mode observe is only alerted', async () => {
    const world = buildPlantedWorld();
    world.mappings.sources.set(MAPPING, QUEUE);
    expect(readOutcome(await deliver(world, call, composeAllowlist('observe')))).toBe('observed');
    expect(world.mappings.disabled.size).toBe(0);
  });
});

describe('a record that is not ours', () => {
  const elsewhere = (arn: string): Record<string, unknown> => ({ resources: [{ ARN: arn }] });

  it.each([
    [
      'of another account',
      composeMalloryCall(elsewhere(FUNCTION_ARN.replace('111122223333', '999999999999'))),
      'otherAccount',
    ],
    [
      'of another Region',
      composeMalloryCall(elsewhere(FUNCTION_ARN.replace('eu-west-1', 'us-east-1'))),
      'otherRegion',
    ],
    [
      'of the guard itself',
      composeMalloryCall(elsewhere(FUNCTION_ARN.replace('thumbnailer', GUARD.name))),
      'ownFunction',
    ],
    ['of asynchronous work', composeMalloryCall({ eventName: 'InvokeExecution' }), 'invokeExecution'],
    ['of another service', composeMalloryCall({ eventSource: 's3.amazonaws.com' }), 'notLambda'],
  ])('%s is skipped and raises no alert', async (_, input, reason) => {
    const world = buildPlantedWorld();
    expect(await deliver(world, input)).toEqual({ kind: 'skipped', reason });
    expect(world.alerts.published).toEqual([]);
  });

  it('a function whose name only begins like the guard is judged', async () => {
    const world = buildPlantedWorld();
    const arn = FUNCTION_ARN.replace('thumbnailer', `${GUARD.name}-2`);
    expect(await deliver(world, composeMalloryCall(elsewhere(arn)))).toEqual({
      kind: 'passed',
      verdict: 'unguarded',
    });
  });

  it('that is no record at all is rejected', async () => {
    expect(await deliver(buildPlantedWorld(), 'text')).toMatchObject({ kind: 'rejected' });
  });
});

describe('repetition', () => {
  it('the same event delivered twice does the work and the alert once', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall());
    const written = world.policies.look(TARGET);
    await deliver(world, composeMalloryCall());
    expect(world.policies.look(TARGET)).toBe(written);
    expect(world.alerts.published).toHaveLength(1);
  });

  it('more calls that were under way when the policy was rewritten are counted, not alerted', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall());
    for (let call = 2; call < 6; call += 1) {
      const remediation = await deliver(world, composeMalloryCall({ eventID: `event-${call}` }));
      expect(remediation).toMatchObject({ kind: 'alerted', alert: 'repeated' });
    }
    expect(world.alerts.published).toHaveLength(1);
    expect(world.policies.calls.filter((call) => call === 'writePolicy')).toHaveLength(1);
  });

  it('a call long after the rewrite says that the rewrite does not hold', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall());
    const later = composeMalloryCall({ eventID: 'event-2', eventTime: '2026-11-21T10:30:00Z' });
    expect(readOutcome(await deliver(world, later))).toBe('ineffective');
    expect(world.alerts.published[1]?.subject).toContain('NOT STOPPED');
  });

  it('a record without an eventID is never taken for another', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall({ eventID: undefined }));
    expect(world.ledger.events.has('message-message-1')).toBe(true);
  });

  it('a policy that was opened again is contained and alerted again', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall());
    world.policies.place(TARGET, POLICY);
    world.clock.advance(60_000);
    expect(readOutcome(await deliver(world, composeMalloryCall({ eventID: 'event-2' })))).toBe('contained');
    expect(world.alerts.published).toHaveLength(2);
  });
});

describe('trouble', () => {
  it('a function that no longer exists is alerted and left', async () => {
    const world = buildPlantedWorld();
    world.policies.remove(TARGET);
    expect(readOutcome(await deliver(world, composeMalloryCall()))).toBe('notAttempted');
  });

  it('a conflict with somebody else starts over from what is there now', async () => {
    const world = buildPlantedWorld();
    const added = { ...S3_GRANT, Sid: 'added-meanwhile' };
    let armed = true;
    world.policies.interrupt = (call) => {
      if (call !== 'writePolicy' || !armed) return;
      armed = false;
      world.policies.place(TARGET, { ...POLICY, Statement: [...POLICY.Statement, added] });
    };
    expect(readOutcome(await deliver(world, composeMalloryCall()))).toBe('contained');
    expect(world.policies.look(TARGET)?.Statement).toContainEqual(added);
  });

  it('a policy that changes under every attempt is tried again later, and nothing stays locked', async () => {
    const world = buildPlantedWorld();
    world.policies.interrupt = (call) => {
      if (call === 'writePolicy') world.policies.place(TARGET, POLICY);
    };
    await expect(deliver(world, composeMalloryCall())).rejects.toThrow(RetryableError);
    expect(world.ledger.locks.size).toBe(0);
  });

  it('a missing permission is alerted as NOT contained, and frees the lock', async () => {
    const world = buildPlantedWorld();
    world.policies.interrupt = (call) => {
      if (call === 'writePolicy')
        throw new PermanentError('AccessDenied', 'the guard may not call `lambda:PutResourcePolicy`');
    };
    expect(readOutcome(await deliver(world, composeMalloryCall()))).toBe('refused');
    expect(world.alerts.published[0]?.text).toContain('NOT CONTAINED');
    expect(world.ledger.locks.size).toBe(0);
  });

  it('a fault that lasts is alerted from the third delivery on, and tried again all the same', async () => {
    const world = buildPlantedWorld();
    world.policies.interrupt = () => {
      throw new RetryableError('Throttled', 'Lambda throttles the guard');
    };
    await expect(deliver(world, composeMalloryCall(), composeAllowlist(), 2)).rejects.toThrow(RetryableError);
    expect(world.alerts.published).toHaveLength(0);
    await expect(deliver(world, composeMalloryCall(), composeAllowlist(), 3)).rejects.toThrow(RetryableError);
    expect(world.alerts.published[0]?.subject).toContain('NOT contained yet');
  });

  it('another containment of the same function is waited for, and this one goes on', async () => {
    const world = buildPlantedWorld();
    world.ledger.locks.set(`${FUNCTION_ARN}:`, { eventID: 'other', untilMs: world.clock.nowMs() + 1_000 });
    expect(readOutcome(await deliver(world, composeMalloryCall()))).toBe('contained');
  });

  it('another containment that does not end makes this one come back later', async () => {
    const world = buildPlantedWorld();
    world.ledger.locks.set(`${FUNCTION_ARN}:`, { eventID: 'other', untilMs: world.clock.nowMs() + 60_000 });
    await expect(deliver(world, composeMalloryCall())).rejects.toThrow(/lock/);
    expect(world.policies.look(TARGET)).toEqual(POLICY);
  });
});

describe('a crash between any two steps', () => {
  // read, begin, write (before and after), read back, settle, claim, publish, confirm.
  const STEPS = 9;

  it.each(Array.from({ length: STEPS }, (_, step) => step))(
    'before step %i: the next delivery comes to the same end',
    async (step) => {
      const whole = buildPlantedWorld();
      await deliver(whole, composeMalloryCall());
      const world = buildPlantedWorld();
      let calls = 0;
      const crash = (): void => {
        calls += 1;
        if (calls === step + 1) throw new Error('crashed');
      };
      world.policies.interrupt = crash;
      world.ledger.interrupt = crash;
      world.alerts.interrupt = crash;
      await expect(deliver(world, composeMalloryCall())).rejects.toThrow('crashed');
      const remediation = await deliver(world, composeMalloryCall(), composeAllowlist(), 2);
      expect(readOutcome(remediation)).toBe('contained');
      expect(world.policies.look(TARGET)).toEqual(whole.policies.look(TARGET));
      // A crash between publishing and confirming alerts again: at least once is the promise.
      expect(world.alerts.published).toHaveLength(step === STEPS - 1 ? 2 : 1);
      expect(world.ledger.locks.size).toBe(0);
      const [containment] = await world.ledger.listContainments(TARGET);
      expect(containment?.snapshot.policy).toEqual(POLICY);
    },
  );
});
