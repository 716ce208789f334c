import { type Allowlist, listInvokers } from '../../core/allowlist/allowlist.ts';
import { type Decision, decideInvocation } from '../../core/verdict/decision.ts';
import type { CallGroup } from './call-group.ts';

/** Judges calls by one allowlist, each group of calls as seldom as possible. */
export type Judge = (group: CallGroup, eventTime: string | null, atMs: number) => Decision;

/** What is known of one group: when entries of its function expire, and what was decided between two expiries. */
interface JudgedGroup {
  readonly expiriesMs: readonly number[];
  readonly decisions: Map<number, Decision>;
}

/** A log with endless different callers must not fill the memory; judging some again costs little. */
const MAX_GROUPS = 100_000;

/**
 * Builds the judge of one replay: `decideInvocation`, remembered. The verdict on a group depends on the time of the
 * call only through the entries that expire, so between two expiries one decision holds for all.
 */
export function createJudge(allowlist: Allowlist): Judge {
  const groups = new Map<CallGroup, JudgedGroup>();
  return (group, eventTime, atMs) => {
    let judged = groups.get(group);
    if (judged === undefined) {
      if (groups.size >= MAX_GROUPS) groups.clear();
      judged = { expiriesMs: [], decisions: new Map() };
      groups.set(group, judged);
    }
    return decide(group, eventTime, atMs, judged);
  };

  function decide(
    group: CallGroup,
    eventTime: string | null,
    atMs: number,
    { expiriesMs, decisions }: JudgedGroup,
  ): Decision {
    const span = findSpan(expiriesMs, atMs);
    const known = decisions.get(span);
    if (known !== undefined) return known;
    const decision = decideInvocation({ ...group, eventTime }, group.caller, allowlist);
    if (decisions.size > 0 || decision.guarded === null) {
      decisions.set(span, decision);
      return decision;
    }
    // The first decision names the entry that guards the function, and so the expiries that count.
    const expiries = listInvokers(allowlist, decision.guarded).flatMap(({ expires }) =>
      expires === undefined ? [] : [Date.parse(expires)],
    );
    const withExpiries = { expiriesMs: expiries, decisions: new Map([[findSpan(expiries, atMs), decision]]) };
    groups.set(group, withExpiries);
    return decision;
  }
}

/** How many of the expiries are over; -1 for a call whose time is not known, which no expiry can be compared with. */
function findSpan(expiriesMs: readonly number[], atMs: number): number {
  if (expiriesMs.length === 0) return 0;
  if (Number.isNaN(atMs)) return -1;
  return expiriesMs.reduce((over, expiryMs) => over + (atMs < expiryMs ? 0 : 1), 0);
}
