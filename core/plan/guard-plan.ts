import { type InvokerEntry, isLive, type ServiceEntry } from '../allowlist/allowlist.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { ContainmentPlan, PlanInput } from './containment-plan.ts';
import { type GrantReading, readGrant } from './grant.ts';
import { mergeGrants } from './grant-merge.ts';
import { demandsKey, mayServeEntry, mayServeService, servesExemptService } from './grant-reach.ts';
import { type AskSentKeys, buildGuardConditions, noteUnenforcedSources } from './guard-conditions.ts';
import { readGuardSid } from './guard-sid.ts';
import { buildGuardStatement } from './guard-statement.ts';
import { gatherListedCallers } from './listed-callers.ts';
import { noteInexactNarrowings } from './narrowing-guards.ts';
import { type Change, weighChange } from './replacement.ts';
import { findSentSourceKeys, type SentSourceKeys } from './source-keys.ts';

/**
 * Plans the law with guard statements: explicit Deny for everybody who is not listed, now and after each expiry;
 * Allows that certainly serve no listed caller go, everything else stays as it is, or with the same meaning where it
 * has to be merged to fit.
 */
export function planGuards(input: PlanInput): ContainmentPlan {
  const { policy, entries, now, resourceArn, guardId } = input;
  const live = entries.filter((entry) => isLive(entry, now));
  const statements = policy?.Statement ?? [];
  const readings = statements.map((statement) => ({
    statement,
    sid: readGuardSid(statement, guardId),
    grant: readGrant(statement, resourceArn),
  }));
  const isGuard = ({ sid, statement }: (typeof readings)[number]): boolean =>
    sid.kind !== 'foreign' && sid.effect === 'Deny' && statement['Effect'] === 'Deny';
  const foreign = readings.filter((reading) => !isGuard(reading));

  const listed = gatherListedCallers(live, now);
  const sentKeys = askSentKeys(
    foreign.map(({ grant }) => grant),
    listed.services,
  );
  const taken = new Set(
    foreign.flatMap(({ statement }) => (typeof statement['Sid'] === 'string' ? [statement['Sid']] : [])),
  );
  const guards: PolicyStatement[] = [];
  for (const condition of buildGuardConditions(live, now, sentKeys)) {
    const guard = buildGuardStatement(condition, resourceArn, guardId, taken);
    if (guard === undefined) {
      return {
        kind: 'refused',
        reason: 'other statements hold every Sid that our guard could take',
        notes: [],
      };
    }
    guards.push(guard);
  }

  // Beside a statement that nobody understands, only guards are added: nothing is taken away on a guess.
  const understood = readings.every(({ grant }) => grant.kind !== 'unclear');
  const wanted = new Map(guards.map((guard) => [String(guard['Sid']), guard]));
  const kept: PolicyStatement[] = [];
  const removed: PolicyStatement[] = [];
  for (const reading of readings) {
    const sid = String(reading.statement['Sid']);
    const stays = isGuard(reading)
      ? reading.sid.kind === 'ours' && wanted.delete(sid)
      : !understood || !isPrunable(reading.grant, live);
    (stays ? kept : removed).push(reading.statement);
  }
  const added = [...wanted.values()];
  const change: Change = {
    before: policy,
    resourceArn,
    statements: [...kept, ...added],
    removed,
    added,
    offender: input.offender,
    notes: [
      ...noteUnenforcedSources(listed.services, sentKeys),
      ...noteInexactNarrowings(listed),
      ...noteMappings(live),
    ],
    unchangedReason: 'the policy already refuses every caller that is not listed',
  };
  const plan = weighChange(change);
  return plan.kind === 'refused' && understood ? planMerged(change, kept, input) : plan;
}

/** A policy that would be too long is planned once more with grants merged; where that gains too little, it is refused. */
function planMerged(change: Change, kept: readonly PolicyStatement[], input: PlanInput): ContainmentPlan {
  const merged = mergeGrants(kept, input);
  return weighChange({
    ...change,
    statements: [...merged.statements, ...change.added],
    removed: [...change.removed, ...merged.removed],
    added: [...merged.added, ...change.added],
  });
}

/** An Allow goes only where we understand all of it and it certainly serves no listed caller. */
function isPrunable(reading: GrantReading, live: readonly InvokerEntry[]): boolean {
  if (reading.kind !== 'grant') return false;
  const { grant } = reading;
  return !servesExemptService(grant) && !live.some((entry) => mayServeEntry(grant, entry));
}

/**
 * A service is known to send a source key by the table, or because every grant that may serve a listed caller of it
 * demands the key: then a call without it was refused before, and refusing it now shuts nobody out.
 */
export function askSentKeys(
  readings: readonly GrantReading[],
  services: ReadonlyMap<string, readonly ServiceEntry[]>,
): AskSentKeys {
  const unclear = readings.some((reading) => reading.kind === 'unclear' || reading.kind === 'mixed');
  const grants = readings.flatMap((reading) => (reading.kind === 'grant' ? [reading.grant] : []));
  const known = new Map<string, SentSourceKeys>();
  const decide = (service: string): SentSourceKeys => {
    const table = findSentSourceKeys(service);
    const entries = services.get(service) ?? [];
    const serving = unclear ? [] : grants.filter((grant) => mayServeService(grant, entries));
    const demanded = (key: 'aws:sourcearn' | 'aws:sourceaccount'): boolean =>
      serving.length > 0 && serving.every((grant) => demandsKey(grant, key));
    return {
      sourceArn: table.sourceArn === 'always' || demanded('aws:sourcearn') ? 'always' : 'perhaps',
      sourceAccount: table.sourceAccount === 'always' || demanded('aws:sourceaccount') ? 'always' : 'perhaps',
    };
  };
  return (service) => {
    const keys = known.get(service) ?? decide(service);
    known.set(service, keys);
    return keys;
  };
}

/** Mappings are Lambda's own calls: a person should know that no policy stops or serves them. */
export function noteMappings(live: readonly InvokerEntry[]): readonly string[] {
  return live.some((entry) => entry.kind === 'eventSourceMapping')
    ? [
        'event source mappings are not governed by the policy: a mapping that is not listed has to be disabled itself',
      ]
    : [];
}
