import type { ChangeHistory, HistoryPage } from '../../containment/access-history.ts';
import {
  type AlertBook,
  type AlertPublisher,
  MESSAGES_PER_GROUP,
  MESSAGES_PER_WINDOW,
  type MessageGrant,
  type MessageSpender,
  type PendingFindings,
  WINDOW_MS,
} from '../../containment/alert-ports.ts';
import type { BeatMark, BeatMarking, ChainMemory, Heartbeats } from '../../containment/heartbeat-ports.ts';
import type { DisableResult, EventSourceMappings, MappingMemory } from '../../containment/mapping-ports.ts';
import {
  type AbsentPolicy,
  type AlertClaim,
  type BeginResult,
  type Clock,
  type Containment,
  type ConvergenceJob,
  type ConvergenceQueue,
  type FunctionTags,
  type Ledger,
  type LedgerEvent,
  MAX_WRITES_PER_HOUR,
  type PolicyReading,
  type PolicyStore,
  type PolicyTarget,
  type PresentPolicy,
  type RecordPath,
  type Sighting,
  type SightingClaim,
  type Sightings,
  type Snapshot,
  type WriteResult,
} from '../../containment/ports.ts';
import type { Alert } from '../../core/alert/alert.ts';
import type { DeferredFinding, GroupName, PendingGroup } from '../../core/alert/finding-group.ts';
import type { Outcome } from '../../core/alert/outcome.ts';
import type { UnreadHistory } from '../../core/change/granter-search.ts';
import type { Beat, BeatSightings } from '../../core/heartbeat/beat.ts';
import type { Lever, ReplacePlan } from '../../core/plan/containment-plan.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import type { LearntMapping } from '../../core/record/learnt-mapping.ts';

const nameTarget = (target: PolicyTarget): string => `${target.functionArn}:${target.qualifier ?? ''}`;

/** Something a test does just before a port's call: throw, or change the world as somebody else would. */
export type Interruption = (call: string) => void;

/** A control plane with compare-and-swap, as PutResourcePolicy has it. */
export class InMemoryPolicies implements PolicyStore {
  readonly calls: string[] = [];
  readonly #policies = new Map<string, { policy: PolicyDocument; revision: number }>();
  readonly #missing = new Set<string>();
  #revision = 0;
  readonly lever: Lever;
  interrupt: Interruption = () => undefined;

  constructor(lever: Lever = 'resourcePolicy') {
    this.lever = lever;
  }

  place(target: PolicyTarget, policy: PolicyDocument): void {
    this.#revision += 1;
    this.#policies.set(nameTarget(target), { policy, revision: this.#revision });
  }

  remove(target: PolicyTarget): void {
    this.#missing.add(nameTarget(target));
  }

  look(target: PolicyTarget): PolicyDocument | undefined {
    return this.#policies.get(nameTarget(target))?.policy;
  }

  async readPolicy(target: PolicyTarget): Promise<PolicyReading> {
    this.#enter('readPolicy');
    if (this.#missing.has(nameTarget(target))) return { kind: 'missing' };
    const held = this.#policies.get(nameTarget(target));
    if (held === undefined) return { kind: 'absent', lever: this.lever };
    return { kind: 'present', policy: held.policy, revisionId: String(held.revision), lever: this.lever };
  }

  async writePolicy(
    target: PolicyTarget,
    before: PresentPolicy | AbsentPolicy,
    plan: ReplacePlan,
  ): Promise<WriteResult> {
    this.#enter('writePolicy');
    const held = this.#policies.get(nameTarget(target));
    const expected = before.kind === 'present' ? before.revisionId : undefined;
    const actual = held === undefined ? undefined : String(held.revision);
    if (expected !== actual) return { kind: 'conflict', reason: 'the revision is not the one that was read' };
    if (plan.policy.Statement.length === 0) this.#policies.delete(nameTarget(target));
    else this.place(target, plan.policy);
    this.#enter('wrotePolicy');
    return { kind: 'written' };
  }

  #enter(call: string): void {
    this.calls.push(call);
    this.interrupt(call);
  }
}

interface Held {
  snapshot: Snapshot;
  state: 'begun' | 'settled' | 'rolledBack';
  outcome?: Outcome;
}

/** A ledger in memory that keeps the port's promises. */
export class InMemoryLedger implements Ledger {
  readonly calls: string[] = [];
  readonly events = new Map<string, Held>();
  readonly locks = new Map<string, { eventID: string; untilMs: number }>();
  readonly guarded = new Set<string>();
  readonly postponed = new Set<string>();
  readonly alerts = new Map<
    string,
    { eventID: string; confirmed: boolean; firstMs: number; count: number }
  >();
  interrupt: Interruption = () => undefined;

  async readEvent(eventID: string): Promise<LedgerEvent> {
    this.#enter('readEvent');
    const held = this.events.get(eventID);
    if (held === undefined) return { kind: 'unknown' };
    if (held.outcome === undefined) return { kind: 'begun', snapshot: held.snapshot };
    return { kind: 'settled', outcome: held.outcome };
  }

  async beginContainment(
    eventID: string,
    snapshot: Snapshot,
    leaseUntilMs: number,
    nowMs: number,
  ): Promise<BeginResult> {
    this.#enter('beginContainment');
    const held = this.events.get(eventID);
    if (held?.outcome !== undefined) return { kind: 'settled', outcome: held.outcome };
    const lock = this.locks.get(nameTarget(snapshot.target));
    if (lock !== undefined && lock.eventID !== eventID && lock.untilMs > nowMs) return { kind: 'busy' };
    this.locks.set(nameTarget(snapshot.target), { eventID, untilMs: leaseUntilMs });
    if (held !== undefined) return { kind: 'resumed', snapshot: held.snapshot };
    const recent = [...this.events.values()].filter(
      (other) =>
        snapshot.purpose === 'containment' &&
        other.snapshot.purpose === 'containment' &&
        other.state === 'settled' &&
        nameTarget(other.snapshot.target) === nameTarget(snapshot.target) &&
        Date.parse(other.snapshot.storedTime) > nowMs - 3_600_000,
    );
    if (recent.length >= MAX_WRITES_PER_HOUR) {
      this.locks.delete(nameTarget(snapshot.target));
      this.postponed.add(snapshot.target.functionArn);
      return { kind: 'exhausted' };
    }
    this.events.set(eventID, { snapshot, state: 'begun' });
    return { kind: 'begun' };
  }

  async amendSnapshot(eventID: string, snapshot: Snapshot): Promise<void> {
    this.#enter('amendSnapshot');
    const held = this.events.get(eventID);
    if (held !== undefined) held.snapshot = snapshot;
  }

  async settleContainment(eventID: string, snapshot: Snapshot, outcome: Outcome): Promise<void> {
    this.#enter('settleContainment');
    this.events.set(eventID, { snapshot, state: 'settled', outcome });
    this.guarded.add(snapshot.target.functionArn);
    this.locks.delete(nameTarget(snapshot.target));
  }

  async abandonContainment(eventID: string, snapshot: Snapshot): Promise<void> {
    this.#enter('abandonContainment');
    this.events.delete(eventID);
    this.locks.delete(nameTarget(snapshot.target));
  }

  async listContainments(target: PolicyTarget): Promise<readonly Containment[]> {
    this.#enter('listContainments');
    return [...this.events.values()]
      .filter((held) => nameTarget(held.snapshot.target) === nameTarget(target))
      .sort((a, b) => b.snapshot.storedTime.localeCompare(a.snapshot.storedTime))
      .map(({ snapshot, state }) => ({ snapshot, state }));
  }

  async markRolledBack(_target: PolicyTarget, containmentIds: readonly string[]): Promise<void> {
    this.#enter('markRolledBack');
    for (const held of this.events.values()) {
      if (containmentIds.includes(held.snapshot.containmentId)) held.state = 'rolledBack';
    }
  }

  async listGuardedFunctions(): Promise<readonly string[]> {
    this.#enter('listGuardedFunctions');
    return [...this.guarded].sort();
  }

  async listPostponed(): Promise<readonly string[]> {
    this.#enter('listPostponed');
    return [...this.postponed].sort();
  }

  async forgetPostponed(functionArn: string): Promise<void> {
    this.#enter('forgetPostponed');
    this.postponed.delete(functionArn);
  }

  async releaseFunction(functionArn: string): Promise<void> {
    this.#enter('releaseFunction');
    this.guarded.delete(functionArn);
  }

  async claimAlert(violationKey: string, eventID: string, nowMs: number): Promise<AlertClaim> {
    this.#enter('claimAlert');
    const held = this.alerts.get(violationKey);
    const free = held === undefined || held.firstMs <= nowMs - 86_400_000;
    if (!free && (held.confirmed || held.eventID !== eventID)) {
      held.count += 1;
      return {
        kind: 'repeated',
        firstTime: new Date(held.firstMs).toISOString(),
        eventID: held.eventID,
      };
    }
    this.alerts.set(violationKey, { eventID, confirmed: false, firstMs: nowMs, count: 1 });
    return { kind: 'claimed' };
  }

  async confirmAlert(violationKey: string): Promise<void> {
    this.#enter('confirmAlert');
    const held = this.alerts.get(violationKey);
    if (held !== undefined) held.confirmed = true;
  }

  #enter(call: string): void {
    this.calls.push(call);
    this.interrupt(call);
  }
}

/** Keeps what was published. */
export class InMemoryAlerts implements AlertPublisher {
  readonly published: Alert[] = [];
  interrupt: Interruption = () => undefined;

  async publishAlert(alert: Alert): Promise<void> {
    this.interrupt('publishAlert');
    this.published.push(alert);
  }
}

/** Messages counted and findings kept for the digest, in memory. */
export class InMemoryAlertBook implements AlertBook {
  readonly taken = new Map<string, number>();
  readonly deferred: DeferredFinding[] = [];
  readonly pending = new Map<string, PendingGroup>();
  readonly #kept = new Set<string>();
  #batches = 0;
  interrupt: Interruption = () => undefined;

  async takeMessage(spender: MessageSpender, nowMs: number): Promise<MessageGrant> {
    this.interrupt('takeMessage');
    const hour = Math.floor(nowMs / WINDOW_MS);
    const leftOfGroup =
      spender.kind === 'finding' ? this.#count(`${hour} ${spender.groupID}`, MESSAGES_PER_GROUP) : undefined;
    if (leftOfGroup === 'spent') return { kind: 'spent' };
    const left = this.#count(`${hour} ${spender.kind}`, MESSAGES_PER_WINDOW[spender.kind]);
    if (left === 'spent') return { kind: 'spent' };
    return { kind: 'granted', last: left === 0 ? 'ofHour' : leftOfGroup === 0 ? 'ofGroup' : 'no' };
  }

  #count(key: string, limit: number): number | 'spent' {
    const taken = this.taken.get(key) ?? 0;
    if (taken >= limit) return 'spent';
    this.taken.set(key, taken + 1);
    return limit - taken - 1;
  }

  async deferFinding(finding: DeferredFinding): Promise<void> {
    this.interrupt('deferFinding');
    const key = `${finding.groupID} ${finding.eventID} ${finding.outcome}`;
    if (this.#kept.has(key)) return;
    this.#kept.add(key);
    this.deferred.push(finding);
    const held = this.#hold(finding, finding.foundTime);
    this.pending.set(finding.groupID, {
      ...held,
      deferred: held.deferred + 1,
      outcomes: { ...held.outcomes, [finding.outcome]: (held.outcomes[finding.outcome] ?? 0) + 1 },
      rollbacks: keepFew(finding.rollback, held.rollbacks),
      eventIDs: keepFew(finding.eventID, held.eventIDs),
      lastTime: finding.foundTime,
    });
  }

  async countRepetition(group: GroupName, eventID: string, nowMs: number): Promise<void> {
    this.interrupt('countRepetition');
    const time = new Date(nowMs).toISOString();
    const held = this.#hold(group, time);
    if (held.eventIDs.includes(eventID)) return;
    this.pending.set(group.groupID, {
      ...held,
      repeated: held.repeated + 1,
      eventIDs: keepFew(eventID, held.eventIDs),
      lastTime: time,
    });
  }

  async readPending(most: number): Promise<PendingFindings> {
    this.interrupt('readPending');
    const groups = [...this.pending.values()];
    return { groups: groups.slice(0, most), rest: groups.length > most ? 'more' : 'none' };
  }

  async removeTold(told: PendingGroup): Promise<void> {
    this.interrupt('removeTold');
    const held = this.pending.get(told.groupID);
    if (held === undefined || held.batch !== told.batch) return;
    const deferred = held.deferred - told.deferred;
    const repeated = held.repeated - told.repeated;
    if (deferred + repeated === 0) {
      this.pending.delete(told.groupID);
      return;
    }
    const outcomes = Object.entries(held.outcomes).map(([outcome, count]) => [
      outcome,
      count - (told.outcomes[outcome] ?? 0),
    ]);
    this.pending.set(told.groupID, {
      ...held,
      batch: this.#nameBatch(),
      deferred,
      repeated,
      outcomes: Object.fromEntries(outcomes.filter(([, count]) => count !== 0)),
      firstTime: told.lastTime,
    });
  }

  #hold({ groupID, functionArn, caller }: GroupName, time: string): PendingGroup {
    const fresh = { deferred: 0, repeated: 0, outcomes: {}, rollbacks: [], eventIDs: [] };
    const name = { groupID, functionArn, caller };
    const held = this.pending.get(groupID);
    if (held !== undefined) return held;
    return { ...name, ...fresh, batch: this.#nameBatch(), firstTime: time, lastTime: time };
  }

  #nameBatch(): string {
    this.#batches += 1;
    return String(this.#batches);
  }
}

/** The newest first, and no more than the ledger keeps. */
function keepFew(newest: string | null, held: readonly string[]): readonly string[] {
  return newest === null ? held : [newest, ...held].slice(0, 3);
}

/** Event source mappings, each with its source. */
export class InMemoryMappings implements EventSourceMappings {
  readonly sources = new Map<string, string>();
  readonly functions = new Map<string, string>();
  readonly disabled = new Set<string>();
  reads = 0;
  interrupt: Interruption = () => undefined;

  async readSource(mappingArn: string): Promise<string | null> {
    this.reads += 1;
    return this.sources.get(mappingArn) ?? null;
  }

  async readFunction(mappingArn: string): Promise<string | null> {
    this.interrupt('readFunction');
    return this.functions.get(mappingArn) ?? null;
  }

  async disableMapping(mappingArn: string): Promise<DisableResult> {
    this.interrupt('disableMapping');
    if (!this.sources.has(mappingArn)) return { kind: 'missing' };
    if (this.disabled.has(mappingArn)) return { kind: 'alreadyDisabled' };
    this.disabled.add(mappingArn);
    return { kind: 'disabled' };
  }
}

/** Sources of mappings, as a ledger remembers them. */
export class InMemoryMappingMemory implements MappingMemory {
  readonly sources = new Map<string, string>();
  readonly disablings = new Map<string, number>();
  readonly calls: string[] = [];

  async rememberSource({ mappingArn, sourceArn }: LearntMapping): Promise<void> {
    this.calls.push('rememberSource');
    this.sources.set(mappingArn, sourceArn);
  }

  async recallSource(mappingArn: string): Promise<string | null> {
    this.calls.push('recallSource');
    return this.sources.get(mappingArn) ?? null;
  }

  async noteDisabling(mappingArn: string, nowMs: number): Promise<void> {
    this.calls.push('noteDisabling');
    this.disablings.set(mappingArn, nowMs);
  }

  async recallDisabling(mappingArn: string): Promise<number | null> {
    this.calls.push('recallDisabling');
    return this.disablings.get(mappingArn) ?? null;
  }
}

/** Tags of functions, by ARN. */
export class InMemoryTags implements FunctionTags {
  readonly tags = new Map<string, Readonly<Record<string, string>>>();
  readonly asked: string[] = [];
  interrupt: Interruption = () => undefined;

  async readTags(functionArn: string): Promise<Readonly<Record<string, string>>> {
    this.asked.push(functionArn);
    this.interrupt('readTags');
    return this.tags.get(functionArn) ?? {};
  }
}

/** Findings that were dealt with, in memory. */
export class InMemorySightings implements Sightings {
  readonly events = new Map<
    string,
    { path: RecordPath; claimedMs: number; state: 'claimed' | 'confirmed' }
  >();
  interrupt: Interruption = () => undefined;

  async readSighting(eventID: string): Promise<Sighting> {
    this.interrupt('readSighting');
    const held = this.events.get(eventID);
    return held?.state === 'confirmed' ? { kind: 'dealtWith', by: held.path } : { kind: 'unseen' };
  }

  async claimSighting(eventID: string, path: RecordPath, nowMs: number): Promise<SightingClaim> {
    this.interrupt('claimSighting');
    const held = this.events.get(eventID);
    if (held?.state === 'confirmed') return { kind: 'dealtWith', by: held.path };
    if (held !== undefined && held.path !== path && nowMs - held.claimedMs < 300_000) return { kind: 'busy' };
    this.events.set(eventID, { path, claimedMs: nowMs, state: 'claimed' });
    return { kind: 'claimed' };
  }

  async confirmSighting(eventID: string, path: RecordPath): Promise<void> {
    this.interrupt('confirmSighting');
    const held = this.events.get(eventID);
    if (held?.path === path) held.state = 'confirmed';
  }
}

/** The heartbeat's calls and what became of them, in memory. */
export class InMemoryHeartbeats implements Heartbeats {
  memory: ChainMemory | null = null;
  readonly beats = new Map<string, BeatSightings>();
  interrupt: Interruption = () => undefined;

  async readMemory(): Promise<ChainMemory | null> {
    return this.memory;
  }

  async writeMemory(memory: ChainMemory): Promise<void> {
    this.interrupt('writeMemory');
    this.memory = memory;
  }

  async storeBeat({ requestID }: Beat): Promise<void> {
    this.beats.set(requestID, { live: null, sweep: null });
  }

  async readSightings(requestID: string): Promise<BeatSightings> {
    return this.beats.get(requestID) ?? { live: null, sweep: null };
  }

  async markBeat({ requestID, path, verdict, seenMs }: BeatMark): Promise<BeatMarking> {
    this.interrupt('markBeat');
    const held = this.beats.get(requestID);
    if (held === undefined) return 'unknown';
    if (held[path] !== null) return 'repeated';
    this.beats.set(requestID, { ...held, [path]: { verdict, seenMs } });
    return 'first';
  }
}

/** A history of changes with pages of two records. */
export class InMemoryChangeHistory implements ChangeHistory {
  /** CloudTrail records, newest first. */
  readonly records: Record<string, unknown>[] = [];
  readonly asked: string[] = [];
  interrupt: Interruption = () => undefined;
  /** Instead of every page. */
  unread: UnreadHistory | undefined;

  async readPage(eventName: string, page: number): Promise<HistoryPage> {
    this.asked.push(eventName);
    this.interrupt('readPage');
    if (this.unread !== undefined) return this.unread;
    const named = this.records.filter((record) => record['eventName'] === eventName);
    const records = named
      .slice(2 * page, 2 * page + 2)
      .map((record) => ({ CloudTrailEvent: JSON.stringify(record) }));
    return { kind: 'page', records, older: named.length > 2 * page + 2 ? 'more' : 'none' };
  }
}

/** Keeps what was asked for. */
export class InMemoryConvergence implements ConvergenceQueue {
  readonly jobs: ConvergenceJob[] = [];

  async requestConvergence(job: ConvergenceJob): Promise<void> {
    this.jobs.push(job);
  }
}

/** A clock that moves only when somebody sleeps. */
export class StandingClock implements Clock {
  #nowMs: number;

  constructor(start = '2026-11-21T10:00:00Z') {
    this.#nowMs = Date.parse(start);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#nowMs += milliseconds;
  }

  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }
}
