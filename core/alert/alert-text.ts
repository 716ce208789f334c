import { describeCaller } from '../caller/description.ts';
import { describeEntrance } from '../record/entrance.ts';
import { qualifyFunctionArn } from '../record/function-reference.ts';
import type { AlertSubject } from './alert.ts';
import { describeGranter } from './granter.ts';
import { describeOutcome, headlineOutcome } from './headline.ts';
import { composePolicyDiff } from './policy-diff.ts';
import { composeLastingCommand, describePolicyOwner } from './policy-owner.ts';
import { quoteText } from './quotation.ts';
import { composeWayBack } from './rollback-command.ts';

/** Composes the part of an alert that people read: what happened, why, what was done, what is left, the way back. */
export function composeAlertText(about: AlertSubject): string {
  const { decision, outcome } = about;
  const sections: (readonly string[])[] = [
    [`${capitalize(headlineOutcome(decision.verdict, outcome))}.`],
    describeCall(about),
    ['Why it is not allowed:', `  ${capitalize(decision.reason)}${pointNearest(about)}.`],
    ['What was done:', `  ${describeOutcome(outcome)}`],
    describeEntry(about),
    listNotStopped(about),
    listDiff(about),
    describeWayBack(about),
    describeOwner(about),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function describeCall({ invocation, caller, guard }: AlertSubject): readonly string[] {
  const arn = invocation.functionArn;
  const ran =
    invocation.invocationType === 'DryRun' ? ' (DryRun: nothing ran, but the caller can get in)' : '';
  return [
    `Function:  ${arn === null ? 'the record names none that can be read' : quoteText(qualifyFunctionArn(arn, invocation.qualifier))}`,
    `Caller:    ${quoteText(describeCaller(caller))}${caller.kind === 'anonymous' ? '' : describeEntrance(invocation.entrance)}`,
    `When:      ${quoteText(invocation.eventTime ?? 'not in the record')}${ran}`,
    `From:      ${quoteText(invocation.sourceIPAddress ?? 'not in the record')}`,
    `With:      ${quoteText(invocation.userAgent ?? 'not in the record')}`,
    `Event:     ${quoteText(invocation.eventName)} ${quoteText(invocation.eventID ?? 'without an eventID')}`,
    `Guard:     ${guard.name} in ${guard.account}, ${guard.region}`,
  ];
}

function pointNearest({ decision }: AlertSubject): string {
  return decision.nearest === null ? '' : ` (nearest entry: ${decision.nearest.pointer} in invokeguard.yaml)`;
}

function describeEntry({ granter }: AlertSubject): readonly string[] {
  if (granter === undefined) return [];
  return ['Who let it in:', ...describeGranter(granter).map((line) => `  ${line}`)];
}

function listNotStopped({ outcome }: AlertSubject): readonly string[] {
  const open = 'notStopped' in outcome ? outcome.notStopped : [];
  if (open.length === 0) return [];
  return ['What this does not stop:', ...open.map((sentence) => `  * ${capitalize(sentence)}.`)];
}

function listDiff({ outcome }: AlertSubject): readonly string[] {
  if (outcome.kind !== 'contained') return [];
  return ['Policy (- removed, + added):', ...composePolicyDiff(outcome.removed, outcome.added)];
}

function describeWayBack({ invocation, outcome }: AlertSubject): readonly string[] {
  const command = composeWayBack(invocation, outcome);
  if (command === null) return [];
  if (outcome.kind !== 'contained') return ['To take it back:', `  ${command}`];
  return [
    'To take it back, in the checkout that deployed the guard:',
    `  ${command}`,
    `  Containment ${quoteText(outcome.containmentId)}, snapshot SHA-256 ${outcome.digest}`,
    'If this caller is right, list it in invokeguard.yaml and deploy; the policy follows.',
  ];
}

/** The lasting form itself may take 20 KB: the alert names the command that prints it. */
function describeOwner({ invocation, owner }: AlertSubject): readonly string[] {
  if (owner === undefined || invocation.functionArn === null) return [];
  return [
    'What may overwrite this:',
    ...describePolicyOwner(owner).map((sentence) => `  ${sentence}`),
    'To make it last, put what this command prints into the template or the code that owns the function:',
    `  ${composeLastingCommand(invocation.functionArn, invocation.qualifier)}`,
  ];
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
