import type { ChangeSubject } from '../core/alert/change-alert.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { type ChangeFinding, findInChange, findUnguarded } from '../core/change/change-finding.ts';
import { placeChange } from '../core/change/change-placement.ts';
import { parseChange } from '../core/change/change-record.ts';
import { isGuardRole } from '../core/change/own-change.ts';
import type { Guard } from '../core/guard.ts';
import type { AlertSending } from './alerting.ts';
import { leave } from './attempt.ts';
import { type AnswerPorts, answerChange, type ChangeAnswer, leaveChange } from './change-answer.ts';
import { type JudgedChange, judgeKnown } from './change-judgement.ts';
import { findOrigin, listOwnRoles, type OriginPorts, type TracedOrigin } from './change-origin.ts';
import { composeChangeSubject, type ToldChange } from './change-subject.ts';
import { findRecentContainment, type TellingPorts, tellChange } from './change-telling.ts';
import { type DealtWith, dealOnce, recallDealing } from './dealing-once.ts';
import { type Delivery, findDelay, nameEvent } from './delivery.ts';
import { awaitBoth, handOn } from './handing-on.ts';
import type { ConvergenceQueue, Sightings } from './ports.ts';

/** Everything that answering a change acts on. */
export type ChangePorts = AnswerPorts &
  OriginPorts &
  TellingPorts & { readonly convergence: ConvergenceQueue; readonly sightings: Sightings };

/** What became of a change. */
export type ChangeResponse =
  | { readonly kind: 'foreign'; readonly reason: 'otherAccount' | 'otherRegion' }
  /** Nobody is told: the guard or its command made it (`ledger`), or it opens nothing. */
  | ({ readonly kind: 'counted'; readonly origin: 'ledger' | 'others' } & JudgedChange)
  /** Nobody is told here: the converging function guards what is new, and tells of it. */
  | ({ readonly kind: 'handedOn'; readonly functionArn: string } & JudgedChange)
  | { readonly kind: 'told'; readonly about: ChangeSubject; readonly alert: AlertSending }
  | DealtWith;

/**
 * Answers one change of who may call a function, or of the guard itself: is it ours to judge, is it the guard's own,
 * what does it open, what is done about it, who is told. `undefined` where the record is no change.
 *
 * Returns when the change is dealt with; throws where the same delivery should be tried again.
 */
export async function respondToChange(
  delivery: Delivery,
  allowlist: Allowlist,
  guard: Guard,
  ports: ChangePorts,
): Promise<ChangeResponse | undefined> {
  const parsed = parseChange(delivery.input);
  if (parsed.kind !== 'change') return undefined;
  const placement = placeChange(parsed, delivery.input, guard);
  if (placement.kind === 'foreign') return placement;
  const judged = await judgeKnown(parsed, allowlist, ports);
  const finding = findInChange(judged.change, judged.decision, allowlist);
  const unguarded = findUnguarded(judged.change, allowlist);
  const byGuard = isGuardRole(parsed, listOwnRoles(guard));
  if (finding === 'none' && unguarded === null && !byGuard) {
    return { kind: 'counted', origin: 'others', ...judged };
  }
  const known = await recallDealing(parsed.eventID, delivery.path, ports);
  if (known.kind === 'dealtWith') return known;
  const eventID = nameEvent(parsed.eventID, delivery);
  const found: Found = { ...judged, delivery, eventID, finding, unguarded };
  let traced: TracedOrigin = { kind: 'traced', origin: 'others' };
  try {
    traced = await findOrigin(judged.change, allowlist, guard, ports);
    return await settle(found, traced, allowlist, guard, ports);
  } catch (error) {
    const delay = findDelay(error, delivery);
    if (delay !== undefined && finding !== 'none') {
      const answer = leaveChange(judged.change, delay);
      const told = { ...judged, input: delivery.input, finding, traced };
      const subject = composeChangeSubject(told, answer, allowlist, guard);
      await tellChange(subject, found.eventID, ports);
    }
    throw error;
  }
}

interface Found extends JudgedChange {
  readonly delivery: Delivery;
  /** What makes the work idempotent. */
  readonly eventID: string;
  readonly finding: ChangeFinding;
  readonly unguarded: string | null;
}

async function settle(
  found: Found,
  traced: TracedOrigin,
  allowlist: Allowlist,
  guard: Guard,
  ports: ChangePorts,
): Promise<ChangeResponse> {
  const { change, decision, delivery, eventID } = found;
  if (traced.kind === 'traced' && traced.origin === 'ledger') {
    return { kind: 'counted', origin: 'ledger', change, decision };
  }
  const misused = traced.kind === 'traced' && traced.origin === 'guardRoleAlone';
  const finding = misused ? 'door' : found.finding;
  const listed = await findListed(found.unguarded, ports);
  if (finding === 'none') {
    if (listed === null) return { kind: 'counted', origin: 'others', change, decision };
    return dealOnce(change.eventID, delivery.path, ports, async () => {
      await handOn([listed], eventID, null, ports);
      return { kind: 'handedOn', functionArn: listed, change, decision };
    });
  }
  const told = { change, decision, input: delivery.input, finding, traced };
  const answer = await answerFinding(told, eventID, allowlist, guard, ports);
  const subject = composeChangeSubject(told, answer, allowlist, guard);
  const recentContainment = await findRecentContainment(change, ports.ledger);
  return dealOnce(change.eventID, delivery.path, ports, async () => {
    const contained = answer.steps.flatMap(({ functionArn, outcome }) =>
      outcome.kind === 'contained' && functionArn !== null ? [functionArn] : [],
    );
    const open = listed === null ? contained : [...contained, listed];
    const telling = tellChange({ ...subject, recentContainment }, eventID, ports);
    return { kind: 'told', ...(await awaitBoth(telling, handOn(open, eventID, null, ports))) };
  });
}

/** What is new gets guards only where the function has had some: where nobody was contained there is nothing to keep up. */
async function findListed(functionArn: string | null, { ledger }: ChangePorts): Promise<string | null> {
  if (functionArn === null) return null;
  return (await ledger.listGuardedFunctions()).includes(functionArn) ? functionArn : null;
}

async function answerFinding(
  { change, decision, input, finding, traced }: ToldChange,
  eventID: string,
  allowlist: Allowlist,
  guard: Guard,
  ports: ChangePorts,
): Promise<ChangeAnswer> {
  if (finding === 'noticed' || decision.verdict === 'closes' || decision.verdict === 'neutral') {
    return leaveChange(change, leave('it lets nobody in, so there is nothing to contain'));
  }
  if (traced.kind === 'unreadable') {
    return leaveChange(change, { kind: 'refused', reason: traced.reason, notStopped: [] });
  }
  return answerChange({ change, input, eventID }, allowlist, guard, ports);
}
