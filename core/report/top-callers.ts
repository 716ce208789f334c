import { parseArn } from '../arn.ts';
import { type Caller, readCallerAccount } from '../caller/caller.ts';
import { describeCaller } from '../caller/description.ts';
import type { Verdict } from '../verdict/decision.ts';
import { type CappedList, capList } from './capped-list.ts';
import type { CallerRow, TopCallers } from './report.ts';
import { countRow, sortByCalls } from './report-rows.ts';
import type { Counted, PairCount, ReportTally } from './report-tally.ts';

const MOST_CALLERS = 50;

interface CallerCount extends Counted {
  readonly name: string;
  readonly functions: Set<string | null>;
  readonly verdicts: Record<Verdict, number>;
}

/** Adds the calls up over all functions: by service, role, user, account, and whatever else called. */
export function composeTopCallers({ pairs }: ReportTally): TopCallers {
  const all = [...pairs.values()];
  const rank = (name: (caller: Caller) => string | undefined): CappedList<CallerRow> =>
    rankCallers(all, name);
  return {
    services: rank((caller) => (caller.kind === 'service' ? caller.service : undefined)),
    roles: rank((caller) => (caller.kind === 'role' ? caller.roleArn : undefined)),
    users: rank((caller) => (caller.kind === 'user' ? caller.userArn : undefined)),
    accounts: rank(findAccount),
    others: rank((caller) =>
      caller.kind === 'service' || caller.kind === 'role' || caller.kind === 'user'
        ? undefined
        : describeCaller(caller),
    ),
  };
}

/** The account that a call came from, as far as the record tells. */
function findAccount(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'service':
      return caller.sourceAccount ?? (parseArn(caller.sourceArn ?? '')?.account || undefined);
    case 'eventSourceMapping':
      return parseArn(caller.mappingArn)?.account;
    default:
      return readCallerAccount(caller);
  }
}

function rankCallers(
  pairs: readonly PairCount[],
  name: (caller: Caller) => string | undefined,
): CappedList<CallerRow> {
  const counts = new Map<string, CallerCount>();
  for (const pair of pairs) {
    const called = name(pair.caller);
    if (called === undefined) continue;
    const count = counts.get(called) ?? {
      name: called,
      calls: 0,
      failed: 0,
      firstMs: Number.NaN,
      lastMs: Number.NaN,
      functions: new Set(),
      verdicts: { authorized: 0, unauthorized: 0, undetermined: 0, unguarded: 0 },
    };
    counts.set(called, count);
    addPair(count, pair);
  }
  const rows = sortByCalls([...counts.values()]).map((count) => ({
    name: count.name,
    ...countRow(count),
    functions: count.functions.size,
    verdicts: count.verdicts,
  }));
  return capList(rows, MOST_CALLERS, ({ calls }) => calls);
}

function addPair(count: CallerCount, pair: PairCount): void {
  count.calls += pair.calls;
  count.failed += pair.failed;
  // Comparisons with NaN are false, so that the first time is taken as it is, and none changes nothing.
  if (!(count.firstMs <= pair.firstMs) && !Number.isNaN(pair.firstMs)) count.firstMs = pair.firstMs;
  if (!(count.lastMs >= pair.lastMs) && !Number.isNaN(pair.lastMs)) count.lastMs = pair.lastMs;
  count.functions.add(pair.functionArn);
  for (const verdict of VERDICTS) count.verdicts[verdict] += pair.verdicts[verdict];
}

const VERDICTS: readonly Verdict[] = ['authorized', 'unauthorized', 'undetermined', 'unguarded'];
