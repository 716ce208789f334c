import { composeCallerKey } from '../caller/description.ts';
import { capList } from './capped-list.ts';
import type { NewCallerRow, NewCallers } from './report.ts';
import { composePair, formatTime } from './report-rows.ts';
import type { ReportTally } from './report-tally.ts';

const MOST_NEW = 200;
/** Half of less than this is no time to get to know anybody. */
const SHORTEST_SPAN_MS = 2 * 3_600_000;
const RULE =
  'New is who called a function in the second half of the time that the logs span, and not in the first half. ' +
  'Roles count without their sessions.';

/** Finds callers that the first half of the logs does not know. Those that nobody listed come first. */
export function composeNewCallers({ pairs, total }: ReportTally): NewCallers {
  const spanMs = total.lastMs - total.firstMs;
  if (!(spanMs >= SHORTEST_SPAN_MS)) {
    return {
      rule: `${RULE} These logs span less than two hours, which is too short to tell.`,
      thresholdTime: null,
      rows: capList([], MOST_NEW, () => 0),
    };
  }
  const thresholdMs = total.firstMs + spanMs / 2;
  const all = [...pairs.values()];
  const veterans = new Set(
    all.filter(({ firstMs }) => firstMs < thresholdMs).map(({ caller }) => composeCallerKey(caller)),
  );
  const rows = all
    .filter(({ firstMs }) => firstMs >= thresholdMs)
    .map(
      (pair): NewCallerRow => ({
        ...composePair(pair),
        newTo: veterans.has(composeCallerKey(pair.caller)) ? 'function' : 'everyFunction',
      }),
    )
    .sort((left, right) => rankNewcomer(left) - rankNewcomer(right));
  return {
    rule: RULE,
    thresholdTime: formatTime(thresholdMs),
    rows: capList(rows, MOST_NEW, ({ calls }) => calls),
  };
}

/** What somebody should look at comes first: not listed, then new everywhere. */
function rankNewcomer({ verdicts, newTo }: NewCallerRow): number {
  const listed =
    verdicts.unauthorized > 0 ? 0 : verdicts.undetermined > 0 ? 2 : verdicts.unguarded > 0 ? 4 : 6;
  return listed + (newTo === 'everyFunction' ? 0 : 1);
}
