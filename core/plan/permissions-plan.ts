import { type InvokerEntry, isLive } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { canonicalizeContent } from '../policy/canonical-form.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { ContainmentPlan, PlanInput } from './containment-plan.ts';
import { type Grant, type GrantReading, readGrant } from './grant.ts';
import { mayServeEntry, mayServeThrough, namesCaller, servesExemptService } from './grant-reach.ts';
import type { AskSentKeys } from './guard-conditions.ts';
import { askSentKeys, noteMappings } from './guard-plan.ts';
import { nameStatement } from './guard-sid.ts';
import { gatherListedCallers } from './listed-callers.ts';
import { listPairs, narrowPrincipal, readTerms, writeGrant } from './narrowed-grant.ts';
import { findLister, servesOnly } from './offender-reach.ts';
import { weighChange } from './replacement.ts';

const IDENTITY_NOTE =
  "a caller of the function's own account whose identity policy allows the call is not stopped: without PutResourcePolicy nothing can be denied";

/** What becomes of one Allow where nothing can be denied. */
type GrantFate =
  | { readonly kind: 'keep'; readonly notes: readonly string[] }
  /** It may still serve somebody who is not listed. */
  | { readonly kind: 'leave'; readonly why: string }
  | {
      readonly kind: 'remove';
      readonly instead: readonly PolicyStatement[];
      readonly notes: readonly string[];
    };

/**
 * Plans with single grants, for endpoints without `PutResourcePolicy`: an Allow that serves no listed caller goes;
 * one that serves both is cut down to what is listed, but only where the narrowed grants certainly serve every
 * listed caller that it served. Everything else stays, with a note that says why.
 */
export function planPermissions(input: PlanInput): ContainmentPlan {
  const { policy, resourceArn, now, scope } = input;
  const live = input.entries.filter((entry) => isLive(entry, now));
  if (scope.kind === 'offender') {
    const lister = findLister(live, scope.offender);
    if (lister !== undefined) {
      return refuse(`the entry at ${lister.pointer} lists this caller, or may list it`, []);
    }
  }
  const readings = (policy?.Statement ?? []).map((statement) => ({
    statement,
    grant: readGrant(statement, resourceArn),
  }));
  const sentKeys = askSentKeys(
    readings.map(({ grant }) => grant),
    gatherListedCallers(live, now).services,
  );
  const notes: string[] = [IDENTITY_NOTE, ...noteMappings(live)];
  const kept: PolicyStatement[] = [];
  const removed: PolicyStatement[] = [];
  const wanted = new Map<string, PolicyStatement>();
  const left: GrantReading[] = [];
  for (const { statement, grant } of readings) {
    const fate =
      scope.kind === 'offender'
        ? decideForOffender(grant, scope.offender)
        : decideGrant(grant, live, resourceArn, sentKeys);
    if (fate.kind === 'remove') {
      removed.push(statement);
      for (const content of fate.instead) wanted.set(canonicalizeContent(content), content);
    } else {
      kept.push(statement);
    }
    if (fate.kind === 'leave') {
      left.push(grant);
      notes.push(
        `${describeStatement(statement)} stays and may serve callers that are not listed: ${fate.why}`,
      );
    } else {
      notes.push(...fate.notes);
    }
  }
  for (const statement of kept) wanted.delete(canonicalizeContent(statement));
  const added = nameGrants([...wanted.values()], input.guardId, kept);
  if (added === undefined) return refuse('other statements hold every Sid that our grant could take', notes);
  const offender = scope.kind === 'offender' ? scope.offender : input.offender;
  if (removed.length === 0 && offender !== null && left.some((reading) => mayName(reading, offender))) {
    return refuse('no grant can be removed or narrowed without shutting out a listed caller', unique(notes));
  }
  return weighChange({
    before: policy,
    resourceArn,
    statements: [...kept, ...added],
    removed,
    added,
    offender,
    notes: unique(notes),
    unchangedReason: 'no grant of the policy can be removed or narrowed any further',
  });
}

function refuse(reason: string, notes: readonly string[]): ContainmentPlan {
  return { kind: 'refused', reason, notes };
}

function unique(notes: readonly string[]): readonly string[] {
  return [...new Set(notes)];
}

function nameGrants(
  contents: readonly PolicyStatement[],
  guardId: string,
  kept: readonly PolicyStatement[],
): readonly PolicyStatement[] | undefined {
  const taken = new Set(kept.map((statement) => String(statement['Sid'])));
  const named = contents.map((content) => nameStatement(content, guardId, taken));
  if (!named.every((statement) => statement !== undefined)) return undefined;
  return named.sort((left, right) => (String(left['Sid']) < String(right['Sid']) ? -1 : 1));
}

function decideGrant(
  reading: GrantReading,
  live: readonly InvokerEntry[],
  resourceArn: string,
  sentKeys: AskSentKeys,
): GrantFate {
  if (reading.kind === 'noGrant') return { kind: 'keep', notes: [] };
  if (reading.kind !== 'grant') return { kind: 'leave', why: reading.why };
  const { grant } = reading;
  if (servesExemptService(grant)) return { kind: 'keep', notes: [] };
  if (!live.some((entry) => mayServeEntry(grant, entry))) return remove(grant, [], []);
  return cutGrant(grant, live, resourceArn, sentKeys);
}

function remove(grant: Grant, instead: readonly PolicyStatement[], notes: readonly string[]): GrantFate {
  if (grant.sid === undefined) {
    return { kind: 'leave', why: 'RemovePermission cannot remove a statement without a Sid' };
  }
  return { kind: 'remove', instead, notes };
}

function cutGrant(
  grant: Grant,
  live: readonly InvokerEntry[],
  resourceArn: string,
  sentKeys: AskSentKeys,
): GrantFate {
  const ownAccount = parseArn(resourceArn)?.account ?? '';
  const terms = readTerms(grant.conditions);
  const instead: PolicyStatement[] = [];
  const notes: string[] = [];
  let whole = true;
  for (const [principal, action] of listPairs(grant)) {
    const entries = live.filter((entry) => mayServeThrough(principal, grant.conditions, entry));
    const cuts = entries.map((entry) => {
      const sent = sentKeys(entry.kind === 'service' ? entry.service : '');
      return narrowPrincipal(principal, action, terms ?? {}, entry, ownAccount, sent);
    });
    const covered = cuts.find(
      (cut) => cut.kind === 'narrowed' && cut.width === 'same' && cut.notes.length === 0,
    );
    for (const [index, cut] of (covered === undefined ? cuts : [covered]).entries()) {
      if (cut.kind === 'stays') return { kind: 'leave', why: cut.why };
      const { expires, pointer } = entries[index] ?? {};
      if (expires !== undefined && cut.width === 'narrower') {
        notes.push(`the grant for the entry at ${String(pointer)} does not end by itself at ${expires}`);
      }
      notes.push(...cut.notes);
      instead.push(writeGrant(cut.principal, action, cut.terms, resourceArn));
    }
    whole &&= covered !== undefined;
  }
  if (whole) return { kind: 'keep', notes: [] };
  if (terms === undefined) return { kind: 'leave', why: 'AddPermission cannot say its conditions' };
  if (instead.some((content) => grantsSame(content, grant))) {
    return { kind: 'leave', why: notes[0] ?? 'AddPermission cannot say anything narrower' };
  }
  return remove(grant, instead, notes);
}

/** A narrowed grant that says what the old one says would be put back at once, for ever. */
function grantsSame(content: PolicyStatement, grant: Grant): boolean {
  const { Sid: _, ...old } = grant.statement;
  return canonicalizeContent(content) === canonicalizeContent(old);
}

function decideForOffender(reading: GrantReading, offender: Caller): GrantFate {
  if (reading.kind === 'noGrant') return { kind: 'keep', notes: [] };
  if (reading.kind !== 'grant') return { kind: 'leave', why: reading.why };
  const { grant } = reading;
  if (!grant.principals.some((principal) => principal.kind === 'other' || namesCaller(principal, offender))) {
    return { kind: 'keep', notes: [] };
  }
  if (servesOnly(grant, offender)) return remove(grant, [], []);
  return { kind: 'leave', why: 'it serves others too, and this endpoint cannot deny one caller' };
}

function mayName(reading: GrantReading, offender: Caller): boolean {
  if (reading.kind !== 'grant') return reading.kind !== 'noGrant';
  return reading.grant.principals.some(
    (principal) => principal.kind === 'other' || namesCaller(principal, offender),
  );
}

function describeStatement(statement: PolicyStatement): string {
  const sid = statement['Sid'];
  return typeof sid === 'string' && sid !== ''
    ? `statement ${JSON.stringify(sid)}`
    : 'a statement without a Sid';
}
