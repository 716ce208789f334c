import { openEnvelope } from '../../core/record/envelope.ts';
import { parseInvocation } from '../../core/record/invocation.ts';

/**
 * The function that an `InvokeExecution` record is about, unqualified, or null. Such a record is no call, but it is
 * paid for like one, and it names its function in the fields in which a call does.
 */
export function readExecutedFunction(input: unknown): string | null {
  const opened = openEnvelope(input);
  if (opened.kind === 'rejected') return null;
  const parsed = parseInvocation({ ...opened.record, eventName: 'Invoke' });
  return parsed.kind === 'invocation' ? parsed.functionArn : null;
}
