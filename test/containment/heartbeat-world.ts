import type {
  ChainProbe,
  HeartbeatPorts,
  HeartbeatTarget,
  TargetCall,
} from '../../containment/heartbeat-ports.ts';
import { type HeartbeatRun, runHeartbeat } from '../../containment/heartbeat-run.ts';
import type { RecordPath } from '../../containment/ports.ts';
import { type Remediation, remediateRecord } from '../../containment/remediation.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { addHeartbeatTarget } from '../../core/allowlist/heartbeat-entry.ts';
import { nameHeartbeatCaller, nameHeartbeatTarget } from '../../core/heartbeat/beat.ts';
import type { ChainParts } from '../../core/heartbeat/chain-parts.ts';
import { composeAllowlist, GUARD } from './calls.ts';
import {
  InMemoryAlertBook,
  InMemoryAlerts,
  InMemoryChangeHistory,
  InMemoryConvergence,
  InMemoryHeartbeats,
  InMemoryLedger,
  InMemoryMappingMemory,
  InMemoryMappings,
  InMemoryPolicies,
  InMemorySightings,
  InMemoryTags,
  StandingClock,
} from './in-memory-ports.ts';

/** Parts that are all in order. */
export const SOUND_PARTS: ChainParts = {
  trail: { kind: 'read', logging: 'on', deliveryError: null, target: 'logged' },
  rules: { kind: 'read', faults: [] },
  queues: { kind: 'read', waiting: 0, deadLetters: 0 },
};

/** The heartbeat and the guard around one ledger in memory. Time moves only when a test moves it. */
export class HeartbeatWorld implements HeartbeatTarget, ChainProbe {
  readonly alerts = new InMemoryAlerts();
  readonly heartbeats = new InMemoryHeartbeats();
  readonly clock = new StandingClock();
  readonly #ledger = new InMemoryLedger();
  readonly #alertBook = new InMemoryAlertBook();
  readonly policies = new InMemoryPolicies();
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

  get #ports(): HeartbeatPorts {
    return {
      alerts: this.alerts,
      alertBook: this.#alertBook,
      ledger: this.#ledger,
      clock: this.clock,
      heartbeats: this.heartbeats,
      target: this,
      chain: this,
    };
  }

  /** One run of the schedule. */
  async beat(): Promise<HeartbeatRun> {
    this.#runs += 1;
    return runHeartbeat(`run-${this.#runs}`, this.allowlist, GUARD, this.#ports);
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
    const ports = {
      ...this.#ports,
      policies: this.policies,
      changeHistory: new InMemoryChangeHistory(),
      convergence: new InMemoryConvergence(),
      mappings: new InMemoryMappings(),
      mappingMemory: new InMemoryMappingMemory(),
      sightings: new InMemorySightings(),
      tags: new InMemoryTags(),
      ledger: this.#ledger,
    };
    const input = { ...composeHeartbeatRecord(requestID), ...changes };
    return remediateRecord(
      { input, messageId: 'message-1', deliveryCount: 1, path },
      this.allowlist,
      GUARD,
      ports,
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
