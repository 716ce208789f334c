import type { Explanation, JudgedExplanation } from '../core/verdict/explanation.ts';
import type { LogRecord } from '../logs/log-entry.ts';

/** A record that was found, and how often. */
export interface FoundEvent {
  readonly eventID: string;
  readonly first: LogRecord;
  readonly occurrences: number;
}

/** Composes what `explain --format json` prints (contract, docs/commands.md). */
export function composeExplanationJson(
  { eventID, first, occurrences }: FoundEvent,
  explanation: Explanation,
): Record<string, unknown> {
  const head = {
    kind: 'explanation',
    eventID,
    place: { file: first.file, ...first.position },
    occurrences,
    outcome: explanation.kind,
    envelope: explanation.envelope,
  };
  if (explanation.kind === 'rejected') return { ...head, reason: explanation.record.reason };
  if (explanation.kind === 'skipped') {
    return { ...head, reason: explanation.record.reason, detail: explanation.record.detail };
  }
  if (explanation.kind === 'changed') {
    const { change, decision } = explanation;
    const { eventName, eventTime, functionArn, qualifier, actor, errorCode, action } = change;
    const succeeded = errorCode === null;
    return { ...head, eventName, eventTime, succeeded, functionArn, qualifier, actor, action, ...decision };
  }
  return { ...head, ...composeJudged(explanation) };
}

function composeJudged(explanation: JudgedExplanation): Record<string, unknown> {
  const { invocation, caller, decision, nearest } = explanation;
  return {
    eventName: invocation.eventName,
    eventTime: invocation.eventTime,
    succeeded: invocation.errorCode === null,
    functionArn: invocation.functionArn,
    functionFields: explanation.functionFields,
    qualifier: invocation.qualifier,
    qualifierFields: explanation.qualifierFields,
    entrance: invocation.entrance,
    caller,
    callerFields: explanation.callerFields,
    functions: explanation.functions.map(({ entry, outcome, why }) => ({
      entry: entry.pointer,
      selector: entry.selector,
      outcome,
      why,
    })),
    otherFunctions: explanation.otherFunctions,
    invokers: explanation.invokers.map(({ entry, match, expiry, outcome }) => ({
      entry: entry.pointer,
      lists: entry,
      answer: match.kind,
      why: match.kind === 'match' ? null : match.why,
      expiry,
      outcome,
    })),
    verdict: decision.verdict,
    reason: decision.reason,
    entry: decision.entry?.pointer ?? null,
    nearest: nearest === null ? null : { entry: nearest.entry.pointer, why: nearest.why },
  };
}
