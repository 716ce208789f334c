import type { ChainProbe, HeartbeatTarget, TargetCall } from '../../containment/heartbeat-ports.ts';
import { type HeartbeatRun, runHeartbeat } from '../../containment/heartbeat-run.ts';
import type { RecordPath } from '../../containment/ports.ts';
import { type Remediation, remediateRecord } from '../../containment/remediation.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { addHeartbeatTarget } from '../../core/allowlist/heartbeat-entry.ts';
import { nameHeartbeatCaller, nameHeartbeatTarget } from '../../core/heartbeat/beat.ts';
import type { ChainParts } from '../../core/heartbeat/chain-parts.ts';
import { composeAllowlist, GUARD } from './calls.ts';
import { buildGuardWorld } from './guard-world.ts';

/** Parts that are all in order. */
export const SOUND_PARTS: ChainParts = {
  trail: { kind: 'read', logging: 'on', deliveryError: null, target: 'logged' },
  rules: { kind: 'read', faults: [] },
  queues: { kind: 'read', waiting: 0, deadLetters: 0 },
};

/** The heartbeat and the guard around one ledger in memory. Time moves only when a test moves it. */
export class HeartbeatWorld implements HeartbeatTarget, ChainProbe {
  readonly #guard = buildGuardWorld();
  readonly alerts = this.#guard.alerts;
  readonly heartbeats = this.#guard.heartbeats;
  readonly clock = this.#guard.clock;
  readonly policies = this.#guard.policies;
  allowlist: Allowlist = addHeartbeatTarget(composeAllowlist());
  parts: ChainParts = SOUND_PARTS;
  failure: Extract<TargetCall, { kind: 'failed' }> | undefined;
  #calls = 0;
  #runs = 0;

  async callTarget(): Promise<TargetCall> {
    if (this.failure !== undefined) return this.failure;
    this.#calls += 1;
    return { kind: 'answered', requestID: `request-${this.#calls}` };
  }

  async readParts(): Promise<ChainParts> {
    return this.parts;
  }

  /** One run of the schedule. */
  async beat(): Promise<HeartbeatRun> {
    this.#runs += 1;
    const ports = { ...this.#guard, target: this, chain: this };
    return runHeartbeat(`run-${this.#runs}`, this.allowlist, GUARD, ports);
  }

  /** The schedule runs, and then a quarter of an hour passes. */
  async beatAndWait(): Promise<HeartbeatRun> {
    const run = await this.beat();
    this.clock.advance(15 * 60_000);
    return run;
  }

  /** CloudTrail's record of a call by the heartbeat arrives. */
  async deliver(
    requestID: string,
    path: RecordPath = 'live',
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<Remediation> {
    const input = { ...composeHeartbeatRecord(requestID), ...changes };
    return remediateRecord(
      { input, messageId: 'message-1', deliveryCount: 1, path },
      this.allowlist,
      GUARD,
      this.#guard,
    );
  }

  /** Subjects of what was told, without what they all begin with. */
  get told(): readonly string[] {
    return this.alerts.published.map(({ subject }) => subject.replace('Invokeguard: ', ''));
  }
}

/** A call by the heartbeat, written as CloudTrail documents a session of a role that calls a function: no real record. */
export function composeHeartbeatRecord(requestID: string): Readonly<Record<string, unknown>> {
  const target = nameHeartbeatTarget(GUARD);
  const { roleArn } = nameHeartbeatCaller(GUARD);
  const roleName = roleArn.split('/').at(-1) ?? '';
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLEEXAMPLE123:invokeguard-heartbeat',
      arn: `arn:aws:sts::${GUARD.account}:assumed-role/${roleName}/invokeguard-heartbeat`,
      accountId: GUARD.account,
      accessKeyId: 'ASIAEXAMPLEEXAMPLE12',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLEEXAMPLE123',
          arn: roleArn,
          accountId: GUARD.account,
          userName: roleName,
        },
        attributes: { creationDate: '2026-11-21T09:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: '2026-11-21T09:59:50Z',
    eventSource: 'lambda.amazonaws.com',
    eventName: 'Invoke',
    awsRegion: GUARD.region,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-sdk-js/3.1162.0 exec-env/AWS_Lambda_nodejs24.x',
    requestParameters: { functionName: target, invocationType: 'RequestResponse' },
    responseElements: null,
    additionalEventData: { functionVersion: `${target}:$LATEST` },
    requestID,
    eventID: `0b1f6f0e-0000-4000-8000-${requestID.replaceAll(/\D/g, '').padStart(12, '0')}`,
    readOnly: false,
    resources: [{ accountId: GUARD.account, type: 'AWS::Lambda::Function', ARN: target }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: GUARD.account,
    eventCategory: 'Data',
  };
}
