import type { FunctionSelector } from '../core/allowlist/allowlist.ts';
import { describeCaller } from '../core/caller/description.ts';
import type { Entrance } from '../core/record/entrance.ts';
import { parseEventTime } from '../core/record/event-time.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { printSafely } from '../core/text.ts';
import type { Envelope, Explanation, InvokerStep, JudgedExplanation } from '../core/verdict/explanation.ts';
import { describePlace } from '../logs/log-entry.ts';
import { explainEntry } from './check-text.ts';
import type { FoundEvent } from './explain-json.ts';

const ENVELOPES: Readonly<Record<Envelope, string>> = {
  none: 'none, the CloudTrail record itself',
  eventBridge: 'an EventBridge event, the record is its `detail`',
  lookupEvents: 'an item of LookupEvents, the record is its `CloudTrailEvent`',
  unreadable: 'cannot be opened',
};

/** Tells one record's way in numbered steps, every line safe to print. */
export function describeExplanation(
  { eventID, first, occurrences }: FoundEvent,
  explanation: Explanation,
): string {
  const again =
    occurrences === 1
      ? []
      : [`${occurrences} records have this eventID; this is the first, and the others count as duplicates`];
  const lines = [
    `Record ${eventID}, ${describePlace(first.file, first.position)}`,
    ...again,
    `1. Envelope: ${ENVELOPES[explanation.envelope]}`,
    ...describeSteps(explanation),
  ];
  return `${lines.map(printSafely).join('\n')}\n`;
}

function describeSteps(explanation: Explanation): readonly string[] {
  switch (explanation.kind) {
    case 'rejected':
      return [`2. Record: rejected: ${explanation.record.reason}`];
    case 'skipped': {
      const { reason, detail } = explanation.record;
      return [`2. Record: skipped, not a call to judge: ${reason} (${detail})`];
    }
    case 'changed': {
      const { change, decision } = explanation;
      const end = change.errorCode === null ? 'succeeded' : `an attempt that failed with ${change.errorCode}`;
      const { functionArn, qualifier } = change;
      return [
        `2. Record: a change, ${change.eventName} at ${change.eventTime ?? 'no time'}: ${end}`,
        `   Function: ${functionArn === null ? 'none that can be read' : qualifyFunctionArn(functionArn, qualifier)}`,
        `   By: ${describeCaller(change.actor)}`,
        `3. Verdict: ${decision.verdict}: ${decision.reason}`,
      ];
    }
    case 'judged':
      return [
        ...describeCall(explanation),
        '3. Placement: not judged offline; the deployed guard leaves out other accounts, other Regions and its own functions',
        `4. Caller: ${describeCaller(explanation.caller)}`,
        `   ${describeFields(explanation.callerFields)}`,
        ...describeFunctions(explanation),
        ...describeInvokers(explanation),
        ...describeVerdict(explanation),
      ];
  }
}

function describeCall({ invocation, functionFields, qualifierFields }: JudgedExplanation): readonly string[] {
  const { eventName, eventTime, errorCode, functionArn, qualifier, requestParameters } = invocation;
  const end = errorCode === null ? 'succeeded' : `failed with ${errorCode}, which is judged alike`;
  const unasked =
    requestParameters === 'omitted'
      ? 'not known, CloudTrail left the request parameters out'
      : 'none was asked for';
  return [
    `2. Call: ${eventName}, ${eventTime ?? 'no time'}, ${end}`,
    functionArn === null
      ? '   function: none that can be read'
      : `   function: ${functionArn}, ${describeFields(functionFields)}`,
    `   qualifier: ${qualifier === null ? unasked : `${qualifier}, ${describeFields(qualifierFields)}`}`,
    `   entrance: ${ENTRANCES[invocation.entrance]}`,
  ];
}

const ENTRANCES: Readonly<Record<Entrance, string>> = {
  functionUrl: 'the function URL, by the host name or the event name',
  api: "Lambda's API, by the host name",
  unknown: 'not known, the record has no host name',
};

function describeFields(fields: readonly string[]): string {
  return fields.length === 0 ? 'from no field of the record' : `from ${fields.join(', ')}`;
}

function describeFunctions({ invocation, functions, otherFunctions }: JudgedExplanation): readonly string[] {
  if (invocation.functionArn === null) return ['5. Function entry: not looked for'];
  const others = `${otherFunctions} ${otherFunctions === 1 ? 'entry names' : 'entries name'} other functions`;
  const winner = functions.find(({ outcome }) => outcome === 'won');
  if (winner === undefined) return [`5. Function entry: none${otherFunctions === 0 ? '' : `, ${others}`}`];
  const { entry } = winner;
  return [
    `5. Function entry: ${entry.pointer}, ${nameSelector(entry.selector)}, mode ${entry.mode}`,
    ...functions
      .filter(({ outcome }) => outcome === 'lost')
      .map(
        ({ entry, why }) => `   passed over: ${entry.pointer}, ${nameSelector(entry.selector)}: ${why ?? ''}`,
      ),
    ...(otherFunctions === 0 ? [] : [`   ${others}`]),
  ];
}

function nameSelector(selector: FunctionSelector): string {
  switch (selector.kind) {
    case 'arn':
      return `the ARN ${selector.arn}`;
    case 'name':
      return `the name ${selector.name}`;
    case 'glob':
      return `the glob ${selector.glob}`;
  }
}

function describeInvokers({ invocation, caller, invokers, decision }: JudgedExplanation): readonly string[] {
  if (decision.guarded === null) return ['6. Invokers: not asked, no entry guards the function'];
  if (caller.kind === 'unknown') return ['6. Invokers: not asked, the caller has no name'];
  if (invokers.length === 0) return ['6. Invokers: nobody is listed'];
  const atMs = parseEventTime(invocation.eventTime);
  return [
    `6. Invokers, as of ${invocation.eventTime ?? 'no time'}:`,
    // Without a time nothing can be said to have expired.
    ...invokers.map((step) => describeInvoker(step, Number.isNaN(atMs) ? Number.NEGATIVE_INFINITY : atMs)),
  ];
}

const ANSWERS: Readonly<Record<InvokerStep['match']['kind'], string>> = {
  match: 'yes',
  unsure: 'unsure',
  noMatch: 'no',
};

function describeInvoker({ entry, match, expiry, outcome }: InvokerStep, atMs: number): string {
  const why = match.kind === 'match' ? '' : `, ${match.why}`;
  const timeless = expiry === 'unknown' ? ', the time of the call is not known' : '';
  const mark = outcome === 'decided' ? '>' : ' ';
  return ` ${mark} ${entry.pointer}  ${ANSWERS[match.kind]}${why}${timeless}: ${explainEntry(entry, atMs)}`;
}

function describeVerdict({ decision, nearest }: JudgedExplanation): readonly string[] {
  const entry = decision.entry === null ? [] : [`   entry: ${decision.entry.pointer}`];
  const near = nearest === null ? [] : [`   nearest: ${nearest.entry.pointer}, ${nearest.why}`];
  return [`7. Verdict: ${decision.verdict}, ${decision.reason}`, ...entry, ...near];
}
