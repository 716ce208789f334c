import { describeExplanation } from '../../cli/explain-text.ts';
import { composeAlert } from '../../core/alert/alert.ts';
import type { Allowlist, InvokerEntry } from '../../core/allowlist/allowlist.ts';
import { identifyCaller } from '../../core/caller/caller.ts';
import { nameGuard } from '../../core/guard.ts';
import { parseInvocation } from '../../core/record/invocation.ts';
import { placeInvocation } from '../../core/record/placement.ts';
import { decideInvocation } from '../../core/verdict/decision.ts';
import { explainDecision } from '../../core/verdict/explanation.ts';

const ACCOUNT = '111122223333';
const GUARD = nameGuard(ACCOUNT, 'eu-west-1');
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:orders`;
const MAPPINGS = new Map([[`arn:aws:lambda:eu-west-1:${ACCOUNT}:event-source-mapping:aa`, QUEUE]]);

const INVOKERS: readonly InvokerEntry[] = [
  { kind: 'service', service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::uploads', sourceAccount: ACCOUNT },
  { kind: 'service', service: 'logs.amazonaws.com' },
  { kind: 'role', role: `arn:aws:iam::${ACCOUNT}:role/service-role/*` },
  { kind: 'role', role: `arn:aws:iam::444455556666:role/partner`, expires: '2026-10-02T00:00:00Z' },
  { kind: 'user', user: `arn:aws:iam::${ACCOUNT}:user/ops` },
  { kind: 'eventSourceMapping', eventSourceMapping: QUEUE },
  { kind: 'functionUrl', functionUrl: 'public' },
].map((entry, index) => ({ ...entry, pointer: `/functions/0/invokers/${index}` }) as InvokerEntry);

const ALLOWLIST: Allowlist = {
  version: 1,
  trail: { functions: 'all' },
  alerts: { emails: [] },
  functions: [
    {
      pointer: '/functions/0',
      selector: { kind: 'name', name: 'thumbnailer' },
      mode: 'enforce',
      invokers: INVOKERS,
    },
    { pointer: '/functions/1', selector: { kind: 'glob', glob: 'my-*' }, mode: 'observe', invokers: [] },
    {
      pointer: '/functions/2',
      selector: { kind: 'glob', glob: 'stackd-*' },
      mode: 'observe',
      invokers: INVOKERS,
    },
  ],
  breakGlass: [{ kind: 'role', role: `arn:aws:iam::${ACCOUNT}:role/BreakGlass`, pointer: '/breakGlass/0' }],
};

/**
 * Takes any input through all that judges and tells a record, and names the end it came to. Throws where that end is
 * not one that a record may have, whatever it holds.
 */
export function tryRecord(input: unknown): string {
  const explanation = explainDecision(input, ALLOWLIST, MAPPINGS);
  const place = { kind: 'record', input, file: '-', position: { line: 1, record: null } } as const;
  const told = describeExplanation({ eventID: 'e1', first: place, occurrences: 1 }, explanation);
  if (/[\p{Cc}\p{Cf}]/u.test(told.replaceAll('\n', '')))
    throw new Error('the explanation holds control characters');
  const parsed = parseInvocation(input);
  if (explanation.kind === 'changed') {
    const { change, decision } = explanation;
    if (parsed.kind !== 'skipped') throw new Error(`a ${parsed.kind} is explained as a change`);
    if (decision.reason === '') throw new Error('a change is judged without a reason');
    if (decision.verdict === 'neutral' && change.action.kind === 'grant' && change.functionArn === null)
      throw new Error('a grant for an unknown function passes');
    return `changed, ${decision.verdict}`;
  }
  if (parsed.kind !== 'invocation') {
    if (explanation.kind !== parsed.kind || parsed.reason === '')
      throw new Error(`explained as ${explanation.kind}`);
    return parsed.kind === 'skipped' ? `skipped, ${parsed.reason}` : `rejected, ${parsed.reason}`;
  }
  const caller = identifyCaller(parsed);
  const decision = decideInvocation(parsed, caller, ALLOWLIST, MAPPINGS);
  const { verdict, entry, reason } = decision;
  if (explanation.kind !== 'judged' || explanation.decision.verdict !== verdict)
    throw new Error('explained otherwise');
  if ((verdict === 'authorized') !== (entry !== null))
    throw new Error(`${verdict} by ${entry?.pointer ?? 'nothing'}`);
  if (verdict === 'unauthorized' && caller.kind === 'unknown') throw new Error('an unknown caller is blamed');
  if (verdict !== 'undetermined' && parsed.functionArn === null)
    throw new Error('a call of nothing is judged');
  if (reason === '' || reason.length > 200) throw new Error(`the reason has ${reason.length} characters`);
  const placement = placeInvocation(parsed, GUARD);
  if (placement.kind === 'foreign') return `${verdict}, ${placement.reason}`;
  const alert = composeAlert({
    guard: GUARD,
    invocation: parsed,
    caller,
    decision,
    outcome: { kind: 'observed' },
  });
  if (!/^[\x20-\x7e]{1,100}$/.test(alert.subject))
    throw new Error(`the subject ${JSON.stringify(alert.subject)}`);
  return verdict;
}
