import type { Caller } from '../caller/caller.ts';
import { canonicalizeStatement } from '../policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../policy/document.ts';
import { liftCaller } from './caller-lift.ts';
import type { ContainmentPlan, Lever } from './containment-plan.ts';
import { readGrant } from './grant.ts';
import { holdsGrant } from './grant-merge.ts';
import { namesCaller } from './grant-reach.ts';
import { readGuardSid } from './guard-sid.ts';
import { servesOnly } from './offender-reach.ts';
import { weighChange } from './replacement.ts';

/** One containment that is to be undone, as the ledger stored it. */
export interface Generation {
  /** The policy before the containment; null where there was none. */
  readonly before: PolicyDocument | null;
  readonly removed: readonly PolicyStatement[];
  readonly added: readonly PolicyStatement[];
  readonly admittedOffender: readonly PolicyStatement[];
}

/** Everything that a rollback depends on. No allowlist: a rollback works without a valid one. */
export interface RollbackInput {
  /** The policy as it is now; null where there is none. */
  readonly current: PolicyDocument | null;
  /** Newest first. */
  readonly generations: readonly Generation[];
  readonly guardId: string;
  readonly resourceArn: string;
  /** Whether the grants that certainly let the contained callers in come back too. */
  readonly offenderGrants: 'keepOut' | 'restore';
  /** Lift only this caller; null for everything. */
  readonly caller: Caller | null;
  readonly lever: Lever;
}

/**
 * Plans the way back as a three-way merge: the policy as it is now, without our own statements, with what we removed.
 * A removed statement stays out where its Sid now means something else, or where somebody deleted it after it had
 * come back. Everything that others changed in between stays.
 */
export function planRollback(input: RollbackInput): ContainmentPlan {
  const { current, generations, guardId, caller } = input;
  const notes: string[] = [];
  const statements = current?.Statement ?? [];
  const lift = caller === null ? undefined : liftCaller(statements, caller, input);
  if (lift?.kind === 'refused') return { kind: 'refused', reason: lift.reason, notes };
  const standing = lift === undefined ? dropGuards(statements, guardId, notes) : lift.statements;

  const candidates = listRestorable(generations, guardId).filter(
    (statement) => caller === null || isWorthLifting(statement, caller, input, standing),
  );
  const returning = selectReturning(candidates, standing, input, notes);
  const merged = mergeInOrder(standing, returning, generations);
  const settled = caller === null ? settleOurGrants(merged, input) : merged;
  return weighChange({
    before: current ?? findShell(generations),
    resourceArn: input.resourceArn,
    statements: settled,
    removed: subtract(statements, settled),
    added: subtract(settled, statements),
    offender: null,
    notes: caller === null ? notes : [...notes, LIFT_NOTE],
    unchangedReason: 'nothing of ours is in the policy, and nothing that we removed is missing',
  });
}

const LIFT_NOTE =
  'the next time the policy is planned this caller is shut out again, unless it is listed by then';

/** A policy that is made anew gets the elements beside `Statement` that the last one had. */
function findShell(generations: readonly Generation[]): PolicyDocument | null {
  return generations.find((generation) => generation.before !== null)?.before ?? null;
}

function dropGuards(
  statements: readonly PolicyStatement[],
  guardId: string,
  notes: string[],
): readonly PolicyStatement[] {
  return statements.filter((statement) => {
    const sid = readGuardSid(statement, guardId);
    if (sid.kind === 'altered') {
      notes.push(`statement \`${String(statement['Sid'])}\` was ours and somebody changed it, so it stays`);
    }
    return sid.kind !== 'ours' || sid.effect !== 'Deny';
  });
}

/**
 * Statements that we removed last, newest generation first. One that stood again before a later containment and is
 * not there now was deleted by somebody else, unless that containment removed it once more.
 */
function listRestorable(generations: readonly Generation[], guardId: string): readonly PolicyStatement[] {
  const decided = new Set<string>();
  const restorable: PolicyStatement[] = [];
  for (const { before, removed } of generations) {
    for (const statement of removed) {
      const key = canonicalizeStatement(statement);
      if (decided.has(key) || isOurs(statement, guardId, 'Deny')) continue;
      decided.add(key);
      restorable.push(statement);
    }
    for (const statement of before?.Statement ?? []) decided.add(canonicalizeStatement(statement));
  }
  return restorable;
}

function isOurs(statement: PolicyStatement, guardId: string, effect: 'Deny' | 'Allow'): boolean {
  const sid = readGuardSid(statement, guardId);
  return sid.kind === 'ours' && sid.effect === effect;
}

function isWorthLifting(
  statement: PolicyStatement,
  caller: Caller,
  input: RollbackInput,
  standing: readonly PolicyStatement[],
): boolean {
  const reading = readGrant(statement, input.resourceArn);
  if (reading.kind !== 'grant') return false;
  const { grant } = reading;
  if (!grant.principals.some((principal) => namesCaller(principal, caller))) return false;
  // Without guards beside it a broad grant would let everybody else in again.
  return servesOnly(grant, caller) || standing.some((other) => isOurs(other, input.guardId, 'Deny'));
}

function selectReturning(
  candidates: readonly PolicyStatement[],
  standing: readonly PolicyStatement[],
  input: RollbackInput,
  notes: string[],
): readonly PolicyStatement[] {
  const keys = new Set(standing.map(canonicalizeStatement));
  const sids = new Set(standing.map((statement) => statement['Sid']));
  const admitted = new Set(
    input.generations.flatMap(({ admittedOffender }) => admittedOffender.map(canonicalizeStatement)),
  );
  const keepOut = input.caller === null && input.offenderGrants === 'keepOut';
  const returning: PolicyStatement[] = [];
  for (const statement of candidates) {
    const sid = statement['Sid'];
    const key = canonicalizeStatement(statement);
    if (keys.has(key)) continue;
    if (keepOut && admitted.has(key)) {
      notes.push(
        `${describe(sid)} let a contained caller in, so it stays out; \`--restore-offender\` gives it back`,
      );
    } else if (typeof sid === 'string' && sid !== '' && sids.has(sid)) {
      notes.push(`${describe(sid)} stays out: its Sid means something else now`);
    } else {
      keys.add(key);
      sids.add(sid);
      returning.push(statement);
    }
  }
  return returning;
}

function describe(sid: unknown): string {
  return typeof sid === 'string' && sid !== ''
    ? `statement ${JSON.stringify(sid)}`
    : 'a statement without a Sid';
}

/** Puts statements back behind the ones that they stood behind. */
function mergeInOrder(
  standing: readonly PolicyStatement[],
  returning: readonly PolicyStatement[],
  generations: readonly Generation[],
): readonly PolicyStatement[] {
  const merged = [...standing];
  const keys = standing.map(canonicalizeStatement);
  const waiting = new Map(returning.map((statement) => [canonicalizeStatement(statement), statement]));
  for (const { before, removed } of generations) {
    const order = (before?.Statement ?? removed).map(canonicalizeStatement);
    for (const [index, key] of order.entries()) {
      const statement = waiting.get(key);
      if (statement === undefined || !removed.some((other) => canonicalizeStatement(other) === key)) continue;
      waiting.delete(key);
      let place = 0;
      for (const earlier of order.slice(0, index)) place = Math.max(place, keys.indexOf(earlier) + 1);
      merged.splice(place, 0, statement);
      keys.splice(place, 0, key);
    }
  }
  return [...merged, ...waiting.values()];
}

/**
 * Grants of ours stand in for what they replaced, a broad one that was narrowed or several that were merged: they go
 * where all of it is back, and stay (or come back) where it is not, so that a listed caller is never left without one.
 */
function settleOurGrants(
  merged: readonly PolicyStatement[],
  { generations, guardId, resourceArn, lever }: RollbackInput,
): readonly PolicyStatement[] {
  const present = new Set(merged.map(canonicalizeStatement));
  const needed = new Set<string>();
  const ours = new Set<string>();
  for (const { removed, added } of generations) {
    const replaced = removed.filter(
      (statement) => !isOurs(statement, guardId, 'Deny') && !isOurs(statement, guardId, 'Allow'),
    );
    const isBack = (statement: PolicyStatement): boolean => present.has(canonicalizeStatement(statement));
    for (const statement of added) {
      if (!isOurs(statement, guardId, 'Allow')) continue;
      ours.add(canonicalizeStatement(statement));
      // With single grants nothing is merged, and what a grant was narrowed from is not told: all has to be back.
      const parts =
        lever === 'permissions' ? [] : replaced.filter((other) => holdsGrant(statement, other, resourceArn));
      if (!(parts.length === 0 ? replaced : parts).every(isBack)) {
        needed.add(canonicalizeStatement(statement));
      }
    }
  }
  return merged.filter((statement) => {
    const key = canonicalizeStatement(statement);
    return !ours.has(key) || needed.has(key);
  });
}

function subtract(
  statements: readonly PolicyStatement[],
  others: readonly PolicyStatement[],
): readonly PolicyStatement[] {
  const keys = new Set(others.map(canonicalizeStatement));
  return statements.filter((statement) => !keys.has(canonicalizeStatement(statement)));
}
