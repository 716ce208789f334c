import type { Caller } from '../caller/caller.ts';
import { describeCaller } from '../caller/description.ts';
import { EXEMPT_SERVICE } from '../plan/guard-conditions.ts';
import { type CappedList, capList } from './capped-list.ts';
import type { BlockedRow, FindingRow, ReportedViolations, ViolationRow } from './report.ts';
import { countRow } from './report-rows.ts';
import type { FindingCount, ReportTally } from './report-tally.ts';

const MOST_FINDINGS = 500;
const MOST_BLOCKED = 50;

/**
 * What enforcing would have blocked: calls by unlisted callers that got in, as if guard statements had stood in the
 * policies from the first call on. A call that failed got nothing, and some callers are beyond any resource policy.
 */
export function composeViolations({ findings, verdicts }: ReportTally): ReportedViolations {
  const rows = [...findings.values()]
    .filter(({ verdict }) => verdict === 'unauthorized')
    .map(composeViolation)
    .sort((left, right) => right.blocked - left.blocked || right.calls - left.calls);
  const sum = (key: 'blocked' | 'failed' | 'beyondPolicy') =>
    rows.reduce((total, row) => total + row[key], 0);
  return {
    calls: verdicts.unauthorized.calls,
    blocked: sum('blocked'),
    failed: sum('failed'),
    beyondPolicy: sum('beyondPolicy'),
    findings: capList(rows, MOST_FINDINGS, ({ calls }) => calls),
    byFunction: addUp(rows, ({ functionArn }) => functionArn ?? 'no function that can be read'),
    byCaller: addUp(rows, ({ caller }) => describeCaller(caller)),
  };
}

/** Calls that the records do not tell enough about. They are alerted, and nothing is blocked for them. */
export function composeUndetermined({ findings, verdicts }: ReportTally): {
  readonly calls: number;
  readonly findings: CappedList<FindingRow>;
} {
  const rows = [...findings.values()]
    .filter(({ verdict }) => verdict === 'undetermined')
    .map(composeFinding)
    .sort((left, right) => right.calls - left.calls);
  return {
    calls: verdicts.undetermined.calls,
    findings: capList(rows, MOST_FINDINGS, ({ calls }) => calls),
  };
}

function composeFinding(finding: FindingCount): FindingRow {
  const { functionArn, caller, reason, nearest, eventID, sessionName, guarded } = finding;
  const mode = guarded?.mode ?? null;
  return { functionArn, caller, mode, ...countRow(finding), reason, nearest, eventID, sessionName };
}

function composeViolation(finding: FindingCount): ViolationRow {
  const succeeded = finding.calls - finding.failed;
  const governed = isGoverned(finding.caller);
  return {
    ...composeFinding(finding),
    blocked: governed ? succeeded : 0,
    beyondPolicy: governed ? 0 : succeeded,
  };
}

/** Lambda's own calls ask no resource policy: its pollers, and what it does as a service. */
function isGoverned(caller: Caller): boolean {
  return (
    caller.kind !== 'eventSourceMapping' && !(caller.kind === 'service' && caller.service === EXEMPT_SERVICE)
  );
}

function addUp(rows: readonly ViolationRow[], name: (row: ViolationRow) => string): CappedList<BlockedRow> {
  const sums = new Map<string, { name: string; calls: number; blocked: number }>();
  for (const row of rows) {
    const key = name(row);
    const sum = sums.get(key) ?? { name: key, calls: 0, blocked: 0 };
    sum.calls += row.calls;
    sum.blocked += row.blocked;
    sums.set(key, sum);
  }
  const sorted = [...sums.values()].sort(
    (left, right) => right.blocked - left.blocked || right.calls - left.calls,
  );
  return capList(sorted, MOST_BLOCKED, ({ calls }) => calls);
}
