import type { Allowlist, FunctionEntry, InvokerEntry, ServiceEntry } from '../core/allowlist/allowlist.ts';
import { isLive } from '../core/allowlist/allowlist.ts';
import { hasWildcard, parseArn } from '../core/arn.ts';
import { readPartition } from './entry-compiler.ts';
import { nameCaller } from './entry-overlap.ts';
import { listNarrowingAdvice } from './narrowing-advice.ts';
import { extendPointer, quote } from './problem.ts';
import { explainMissingPath } from './role-path.ts';
import type { Findings } from './shape-reader.ts';

/** Warns of what one entry does not do, or does beyond what its author may think. */
export function adviseOnEntry(entry: InvokerEntry, nowMs: number, findings: Findings): void {
  if (entry.expires !== undefined && !isLive(entry, nowMs)) {
    warn(
      findings,
      extendPointer(entry.pointer, 'expires'),
      `the entry for ${nameCaller(entry)} expired at \`${entry.expires}\` and lets nobody in: remove it, or give it a later date`,
    );
  }
  findings.warnings.push(...listNarrowingAdvice(entry));
  if (entry.kind === 'service') adviseOnSource(entry, findings);
  if (entry.kind === 'role') {
    const pathless = explainMissingPath(entry.role);
    if (pathless !== undefined) warn(findings, extendPointer(entry.pointer, 'role'), pathless);
  }
  if (entry.kind === 'eventSourceMapping') {
    const arn = parseArn(entry.eventSourceMapping);
    if (arn?.service === 'dynamodb' && !/\/stream\/|\*/.test(arn.resource)) {
      warn(
        findings,
        extendPointer(entry.pointer, 'eventSourceMapping'),
        `${quote(entry.eventSourceMapping)} is a table, and Lambda polls its stream: write ${quote(`${entry.eventSourceMapping}/stream/*`)}`,
      );
    }
  }
}

/**
 * A service calls for whoever owns the resource, so an entry has to say whose resource may trigger the function.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
function adviseOnSource(entry: ServiceEntry, findings: Findings): void {
  const { sourceArn, sourceAccount } = entry;
  if (entry.service === 'lambda.amazonaws.com') {
    warn(
      findings,
      extendPointer(entry.pointer, 'service'),
      '`lambda.amazonaws.com` is Lambda itself: list what it polls with `eventSourceMapping:`, and a calling function with its `role:`',
    );
    return;
  }
  const arnAccount = sourceArn === undefined ? '' : (parseArn(sourceArn)?.account ?? '');
  const named = /^\d{12}$/.test(arnAccount);
  if (sourceAccount === undefined && sourceArn === undefined) {
    warn(
      findings,
      extendPointer(entry.pointer, 'service'),
      `${quote(entry.service)} is listed for the resources of every AWS account: add \`sourceArn\` or \`sourceAccount\``,
    );
  } else if (sourceAccount === undefined && arnAccount === '') {
    warn(
      findings,
      extendPointer(entry.pointer, 'sourceArn'),
      `${quote(sourceArn)} names no account, and somebody else may own that name one day: add \`sourceAccount\``,
    );
  } else if (sourceAccount === undefined && hasWildcard(arnAccount)) {
    warn(
      findings,
      extendPointer(entry.pointer, 'sourceArn'),
      `${quote(sourceArn)} matches resources of other accounts: name the account, or add \`sourceAccount\``,
    );
  } else if (sourceAccount !== undefined && named && sourceAccount !== arnAccount) {
    warn(
      findings,
      extendPointer(entry.pointer, 'sourceAccount'),
      `${quote(sourceAccount)} contradicts the account in ${quote(sourceArn)}, so the entry lets nobody in: make them the same`,
    );
  }
}

/** Warns where ARNs of several partitions stand in one file: no call crosses from one partition into another. */
export function adviseOnPartitions(allowlist: Allowlist, findings: Findings): void {
  let first: { readonly partition: string; readonly pointer: string } | undefined;
  const compare = (partition: string | undefined, pointer: string): void => {
    if (partition === undefined || hasWildcard(partition)) return;
    first ??= { partition, pointer };
    if (partition === first.partition) return;
    warn(
      findings,
      pointer,
      `the ARN is of the partition ${quote(partition)}, and the one at \`${first.pointer}\` of ${quote(first.partition)}: nobody calls from one into the other; keep a file for each`,
    );
  };
  for (const entry of allowlist.functions) {
    if (entry.selector.kind === 'arn') compare(parseArn(entry.selector.arn)?.partition, entry.pointer);
    for (const invoker of entry.invokers) compare(readPartition(invoker), invoker.pointer);
  }
  for (const entry of allowlist.breakGlass) compare(readPartition(entry), entry.pointer);
}

/** Warns of a function that nobody may call any more because every entry has expired. */
export function adviseOnFunction(entry: FunctionEntry, nowMs: number, findings: Findings): void {
  if (entry.mode === 'observe' || entry.invokers.length === 0) return;
  if (entry.invokers.some((invoker) => isLive(invoker, nowMs))) return;
  warn(
    findings,
    entry.pointer,
    'every entry of this function has expired, so nobody may call it (break-glass apart): renew one, or write `invokers: []` and `confirm: nobody`',
  );
}

function warn(findings: Findings, pointer: string, message: string): void {
  findings.warnings.push({ pointer, at: 'value', message });
}
