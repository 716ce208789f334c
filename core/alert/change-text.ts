import { describeCaller } from '../caller/description.ts';
import { describeSession } from '../caller/session.ts';
import type { ChangeAction } from '../change/change.ts';
import { qualifyFunctionArn } from '../record/function-reference.ts';
import type { ChangeStep, ChangeSubject } from './change-alert.ts';
import { headlineChange } from './change-headline.ts';
import { describeOutcome } from './headline.ts';
import { composePolicyDiff } from './policy-diff.ts';
import { composeLastingCommand, describePolicyOwner } from './policy-owner.ts';
import { quoteText } from './quotation.ts';
import { composeEnableCommand, composeRollbackCommand } from './rollback-command.ts';

/** Composes what people read of a change: what, by whom, why it matters, what was done, what is left, the way back. */
export function composeChangeText(about: ChangeSubject): string {
  const sections: (readonly string[])[] = [
    [`${capitalize(headlineChange(about))}.`],
    describeWhat(about),
    describeWho(about),
    ['Why it matters:', `  ${capitalize(about.decision.reason)}.`, ...describePossibleReason(about)],
    listDone(about),
    listRemaining(about),
    ...about.steps.map(describeRewrite),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function describeWhat({ change, guard }: ChangeSubject): readonly string[] {
  const { functionArn, qualifier, errorCode } = change;
  const failed = errorCode === null ? '' : `, which failed: ${quoteText(errorCode)}`;
  return [
    ...(functionArn === null ? [] : [`Function:  ${quoteText(qualifyFunctionArn(functionArn, qualifier))}`]),
    `Change:    ${quoteText(change.eventName)} ${quoteText(change.eventID ?? 'without an eventID')}${failed}`,
    ...describeThing(change.action),
    `When:      ${quoteText(change.eventTime ?? 'not in the record')}`,
    `Guard:     ${guard.name} in ${guard.account}, ${guard.region}`,
  ];
}

/** What the change is about beside the function. The texts are chosen by whoever made it. */
function describeThing(action: ChangeAction): readonly string[] {
  switch (action.kind) {
    case 'grant':
      return action.statement === null ? [] : [`Statement: ${quoteText(JSON.stringify(action.statement))}`];
    case 'revocation':
      return action.sid === null ? [] : [`Sid:       ${quoteText(action.sid)}`];
    case 'mapping':
      return [
        `Mapping:   ${quoteText(action.mappingArn ?? 'not in the record')}`,
        `Source:    ${quoteText(action.sourceArn ?? 'not in the record')}`,
      ];
    case 'mappingDisabled':
      return [`Mapping:   ${quoteText(action.mappingArn ?? 'not in the record')}`];
    case 'bucketNotification':
      return [`Bucket:    ${quoteText(action.bucket ?? 'not in the record')}`];
    default:
      return [];
  }
}

function describeWho({ change, session }: ChangeSubject): readonly string[] {
  if (change.action.kind === 'mappingDisabled') return [];
  return [
    `By:        ${quoteText(describeCaller(change.actor))}`,
    `Session:   ${quoteText(describeSession(session))}`,
    `From:      ${quoteText(session.sourceIPAddress ?? 'not in the record')}`,
    `With:      ${quoteText(session.userAgent ?? 'not in the record')}`,
  ];
}

function describePossibleReason({ recentContainment }: ChangeSubject): readonly string[] {
  if (recentContainment === null) return [];
  return [
    `  The guard contained this function at ${recentContainment.storedTime}: that may be the reason.`,
    `  Containment ${quoteText(recentContainment.containmentId)}`,
  ];
}

function listDone({ steps }: ChangeSubject): readonly string[] {
  const [only, ...others] = steps;
  if (only !== undefined && others.length === 0) {
    return ['What was done:', `  ${describeOutcome(only.outcome)}`];
  }
  return [
    'What was done:',
    ...steps.map((step) => `  ${quoteText(nameStep(step))}: ${describeOutcome(step.outcome)}`),
  ];
}

function nameStep({ functionArn, qualifier }: ChangeStep): string {
  return functionArn === null ? 'the change' : qualifyFunctionArn(functionArn, qualifier);
}

function listRemaining({ steps, remains }: ChangeSubject): readonly string[] {
  const open = steps.flatMap(({ outcome }) => ('notStopped' in outcome ? outcome.notStopped : []));
  const sentences = [...remains, ...new Set(open)];
  if (sentences.length === 0) return [];
  return ['What this does not stop:', ...sentences.map((sentence) => `  * ${capitalize(sentence)}.`)];
}

function describeRewrite(step: ChangeStep): readonly string[] {
  const { functionArn, qualifier, outcome, owner } = step;
  const command = composeStepWayBack(step);
  if (command === null || functionArn === null) return [];
  if (outcome.kind !== 'contained') return ['To take it back:', `  ${command}`];
  const overwriting =
    owner === undefined
      ? []
      : [
          '',
          'What may overwrite this:',
          ...describePolicyOwner(owner).map((sentence) => `  ${sentence}`),
          'To make it last, put what this command prints into the template or the code that owns the function:',
          `  ${composeLastingCommand(functionArn, qualifier)}`,
        ];
  return [
    `Policy of ${quoteText(nameStep(step))} (- removed, + added):`,
    ...composePolicyDiff(outcome.removed, outcome.added),
    '',
    'To take it back, in the checkout that deployed the guard:',
    `  ${command}`,
    `  Containment ${quoteText(outcome.containmentId)}, snapshot SHA-256 ${outcome.digest}`,
    'If this change is right, list the caller in invokeguard.yaml and deploy; the policy follows.',
    ...overwriting,
  ];
}

/** The command that undoes what was done about a change in one function, or null where nothing was. */
export function composeStepWayBack({ functionArn, qualifier, outcome }: ChangeStep): string | null {
  if (outcome.kind === 'contained') return composeRollbackCommand({ functionArn, qualifier }, outcome.digest);
  return outcome.kind === 'mappingDisabled' ? composeEnableCommand(outcome.mappingArn) : null;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
