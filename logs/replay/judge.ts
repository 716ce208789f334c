import { type Allowlist, type InvokerEntry, listInvokers } from '../../core/allowlist/allowlist.ts';
import { findAskedMapping } from '../../core/allowlist/asked-mapping.ts';
import type { ResolvedMappings } from '../../core/allowlist/invoker-match.ts';
import { type Decision, decideInvocation } from '../../core/verdict/decision.ts';
import type { OriginReading } from '../scan/fields.ts';
import type { CallGroup } from './call-group.ts';

/** Judges calls by one allowlist, each group of calls as seldom as possible. */
export interface Judge {
  /** @param atMs the time of the call; NaN where it is not known */
  readonly decide: (group: CallGroup, atMs: number) => Decision;
  /** The mapping whose source the verdict on the group depends on, while that source is not known; else null. */
  readonly findUnknownMapping: (group: CallGroup) => string | null;
}

/** What is known of one group. */
interface JudgedGroup {
  readonly askedMapping: string | null;
  /** When entries of its function expire. */
  readonly expiriesMs: readonly number[];
  /** What was decided between two expiries. */
  readonly decisions: Map<number, Decision>;
}

/** A log with endless different callers must not fill the memory; judging some again costs little. */
const MAX_GROUPS = 100_000;

/**
 * Builds the judge of one replay: `decideInvocation`, remembered. The verdict on a group depends on the time of the
 * call only through the entries that expire, so between two expiries one decision holds for all; and on the source of
 * a mapping, so nothing is remembered before that is known.
 * @param mappings sources of mappings; may grow, but what it says of one stays
 */
export function createJudge(allowlist: Allowlist, mappings: ResolvedMappings): Judge {
  const groups = new Map<CallGroup, JudgedGroup>();
  return {
    decide: (group, atMs) => {
      const judged = groups.get(group) ?? meet(group);
      const span = findSpan(judged.expiriesMs, atMs);
      const known = judged.decisions.get(span);
      if (known !== undefined) return known;
      const eventTime = Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
      const decision = decideInvocation({ ...group, eventTime }, group.caller, allowlist, mappings);
      if (judged.askedMapping === null || mappings.has(judged.askedMapping))
        judged.decisions.set(span, decision);
      return decision;
    },
    findUnknownMapping: (group) => {
      const { askedMapping } = groups.get(group) ?? meet(group);
      return askedMapping === null || mappings.has(askedMapping) ? null : askedMapping;
    },
  };

  function meet(group: CallGroup): JudgedGroup {
    if (groups.size >= MAX_GROUPS) groups.clear();
    const { guarded } = decideInvocation({ ...group, eventTime: null }, group.caller, allowlist, mappings);
    const expiriesMs = (guarded === null ? [] : listInvokers(allowlist, guarded)).flatMap(({ expires }) =>
      expires === undefined ? [] : [Date.parse(expires)],
    );
    const askedMapping = findAskedMapping(group.caller, group.functionArn, allowlist);
    const judged = { askedMapping, expiriesMs, decisions: new Map<number, Decision>() };
    groups.set(group, judged);
    return judged;
  }
}

/** How many of the expiries are over; -1 for a call whose time is not known, which no expiry can be compared with. */
function findSpan(expiriesMs: readonly number[], atMs: number): number {
  if (expiriesMs.length === 0) return 0;
  if (Number.isNaN(atMs)) return -1;
  return expiriesMs.reduce((over, expiryMs) => over + (atMs < expiryMs ? 0 : 1), 0);
}

/** Whether the verdicts of any of the allowlists depend on where calls come from. */
export function chooseOriginReading(allowlists: readonly Allowlist[]): OriginReading {
  const asks = ({ narrowing }: InvokerEntry): boolean =>
    // A call that comes from an address is no service's, so `invokedBy` asks for it too.
    [narrowing?.sourceIp, narrowing?.vpcEndpoint, narrowing?.invokedBy].some((part) => part !== undefined);
  const listed = allowlists.flatMap(({ functions, breakGlass }) => [
    ...breakGlass,
    ...functions.flatMap(({ invokers }) => invokers),
  ]);
  return listed.some(asks) ? 'read' : 'ignored';
}
