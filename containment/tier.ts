import { composeTierAlert, type TierSubject } from '../core/alert/tier-alert.ts';
import { findSwitch, type SwitchChange, type Tier } from '../core/tier/tier.ts';
import { joinChanges, planTier, planTierRollback } from '../core/tier/tier-plan.ts';
import { describeChange } from '../core/tier/tier-text.ts';
import type { AlertPublisher } from './alert-ports.ts';
import { ContainmentError, RetryableError } from './errors.ts';
import type { Clock } from './ports.ts';
import { digestSnapshot } from './snapshot-digest.ts';
import type { FunctionSwitches, TierLedger, TierRecord, TierSnapshot } from './tier-ports.ts';

/** What a tier acts on. */
export interface TierPorts {
  readonly switches: FunctionSwitches;
  readonly tiers: TierLedger;
  readonly clock: Clock;
}

/** A tier that a person asked for, or asked to take back. */
export interface TierRequest {
  /** Names the run in the ledger. */
  readonly runID: string;
  /** Unqualified: tiers are about the whole function. */
  readonly functionArn: string;
  readonly tier: Tier;
}

/** A tier that is planned and not yet put on, for a person to look at. */
export type PreparedTier =
  | { readonly kind: 'prepared'; readonly changes: readonly SwitchChange[] }
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** How the turning of some switches ended; `complete` only where each was read back as it was set. */
export interface TierResult {
  readonly kind: 'complete' | 'incomplete';
  readonly done: readonly SwitchChange[];
  /** What could not be done and why, in sentences. */
  readonly failures: readonly string[];
  /** SHA-256 of the stored snapshot, to be compared at the rollback. */
  readonly digest: string;
}

const GONE = 'the function does not exist any more';
const ATTEMPTS = 3;

/** Plans a tier from how the function's switches stand now; changes nothing. */
export async function prepareTier(request: TierRequest, ports: TierPorts): Promise<PreparedTier> {
  const reading = await ports.switches.readSwitches(request.functionArn, request.tier);
  if (reading.kind === 'missing') return { kind: 'nothing', reason: GONE };
  const plan = planTier(request.functionArn, reading.settings);
  if (plan.kind === 'change') return { kind: 'prepared', changes: plan.changes };
  return { kind: plan.kind === 'unchanged' ? 'nothing' : 'refused', reason: plan.reason };
}

/**
 * Puts a prepared tier on: snapshot first, then every switch, then all are read back. One switch that AWS refuses does
 * not keep the others from being turned. A run that died in between is finished by asking for the tier again.
 */
export async function applyTier(
  request: TierRequest,
  prepared: Extract<PreparedTier, { kind: 'prepared' }>,
  ports: TierPorts,
): Promise<TierResult> {
  const snapshot = await storeSnapshot(request, prepared.changes, ports);
  return turnSwitches(snapshot, prepared.changes, ports);
}

async function storeSnapshot(
  request: TierRequest,
  changes: readonly SwitchChange[],
  ports: TierPorts,
): Promise<TierSnapshot> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const standing = await ports.tiers.readTier(request.functionArn, request.tier);
    const first = standing?.state === 'standing' ? standing.snapshot.changes : [];
    const snapshot: TierSnapshot = {
      ...request,
      storedTime: new Date(ports.clock.nowMs()).toISOString(),
      changes: joinChanges(first, changes),
    };
    const written = await ports.tiers.storeTier(snapshot, standing);
    if (written.kind === 'stored') return snapshot;
  }
  throw new RetryableError('TierContended', 'another run is changing the same tier of this function');
}

/** The way back of a tier, planned and not yet gone. */
export type PreparedTierRollback =
  | {
      readonly kind: 'prepared';
      readonly record: TierRecord;
      readonly digest: string;
      /** May be empty: then only the ledger is left to be told. */
      readonly changes: readonly SwitchChange[];
      readonly left: readonly string[];
    }
  | { readonly kind: 'nothing'; readonly reason: string };

/** Plans how to put back what a tier turned, as the ledger has it; changes nothing. */
export async function prepareTierRollback(
  request: TierRequest,
  ports: TierPorts,
): Promise<PreparedTierRollback> {
  const record = await ports.tiers.readTier(request.functionArn, request.tier);
  if (record === null || record.state === 'rolledBack') {
    return { kind: 'nothing', reason: `the ledger has no \`${request.tier}\` of this function to take back` };
  }
  const reading = await ports.switches.readSwitches(request.functionArn, request.tier);
  if (reading.kind === 'missing') return { kind: 'nothing', reason: GONE };
  const digest = digestSnapshot(record.snapshot);
  return { kind: 'prepared', record, digest, ...planTierRollback(record.snapshot.changes, reading.settings) };
}

/** Goes the prepared way back. The snapshot is retired only when every switch was read back as it was. */
export async function applyTierRollback(
  { record, changes }: Extract<PreparedTierRollback, { kind: 'prepared' }>,
  ports: TierPorts,
): Promise<TierResult> {
  const result = await turnSwitches(record.snapshot, changes, ports);
  if (result.kind === 'incomplete') return result;
  const retired = await ports.tiers.retireTier(record.snapshot);
  if (retired.kind === 'stored') return result;
  const failure = 'another run put the tier on again in the meantime: look at it once more';
  return { ...result, kind: 'incomplete', failures: [failure] };
}

async function turnSwitches(
  snapshot: TierSnapshot,
  changes: readonly SwitchChange[],
  ports: TierPorts,
): Promise<TierResult> {
  const { functionArn } = snapshot;
  const faults = new Map<SwitchChange, string>();
  for (const change of changes) {
    const fault = await turnSwitch(functionArn, change, ports.switches);
    if (fault !== undefined) faults.set(change, fault);
  }
  const unconfirmed = await readBack(snapshot, changes, ports.switches);
  const failures = changes.flatMap((change) => {
    const seen = unconfirmed.get(change);
    return seen === undefined ? [] : [`${describeChange(change)}: ${faults.get(change) ?? seen}`];
  });
  const done = changes.filter((change) => !unconfirmed.has(change));
  const kind = failures.length === 0 ? 'complete' : 'incomplete';
  return { kind, done, failures, digest: digestSnapshot(snapshot) };
}

/** What kept a switch from being turned, or `undefined`. A fault of one must not leave the others open. */
async function turnSwitch(
  functionArn: string,
  change: SwitchChange,
  switches: FunctionSwitches,
): Promise<string | undefined> {
  try {
    const result = await switches.turnSwitch(functionArn, change);
    return result.kind === 'refused' ? result.reason : undefined;
  } catch (error) {
    if (error instanceof ContainmentError) return error.message;
    throw error;
  }
}

/**
 * Which changes do not stand now, and why. A mapping or URL that is gone lets nobody in, and there is nothing to put
 * back.
 */
async function readBack(
  { functionArn, tier }: TierSnapshot,
  changes: readonly SwitchChange[],
  switches: FunctionSwitches,
): Promise<ReadonlyMap<SwitchChange, string>> {
  if (changes.length === 0) return new Map();
  try {
    const reading = await switches.readSwitches(functionArn, tier);
    if (reading.kind === 'missing') return new Map();
    const { settings } = reading;
    const differing = changes.filter((change) => {
      const position = findSwitch(settings, change);
      return position.kind === 'set' && position.value !== change.after;
    });
    return new Map(differing.map((change) => [change, 'it does not read back so']));
  } catch (error) {
    if (!(error instanceof ContainmentError)) throw error;
    return new Map(changes.map((change) => [change, `it could not be read back: ${error.message}`]));
  }
}

/** Whether the others were told of a tier. */
export type TierNotice = { readonly kind: 'told' } | { readonly kind: 'untold'; readonly reason: string };

/** Alerts about a tier that was put on or taken back. What is done is done: a fault of the alert is only reported. */
export async function announceTier(about: TierSubject, alerts: AlertPublisher): Promise<TierNotice> {
  try {
    await alerts.publishAlert(composeTierAlert(about));
    return { kind: 'told' };
  } catch (error) {
    if (error instanceof ContainmentError) return { kind: 'untold', reason: error.message };
    throw error;
  }
}
