import { type Allowlist, type FunctionEntry, listInvokers } from '../allowlist/allowlist.ts';
import { findFunctionEntry } from '../allowlist/function-match.ts';
import { GUARD_FUNCTION_NAMES, nameGuard } from '../guard.ts';
import { readSidEffect } from '../plan/guard-sid.ts';
import { parseEventTime } from '../record/event-time.ts';
import { parseFunctionName, qualifyFunctionArn } from '../record/function-reference.ts';
import type { ConfigurationChange, FunctionAction, GuardAction } from './change.ts';
import { type ChangeDecision, closes, neutral, opens, tampers } from './change-verdict.ts';
import { judgeDeployment } from './deployment-step.ts';
import { judgeIdentity } from './identity-judgement.ts';
import { describeMappingFault } from './mapping-fault.ts';
import { judgePart } from './part-judgement.ts';
import { judgeGrant, judgePolicy, mayCarryGuards, type PolicyPlace } from './policy-judgement.ts';
import { judgeFunctionUrl, judgeMapping, judgeNotification } from './trigger-judgement.ts';

/**
 * Judges a change by the allowlist, as of the record's own `eventTime`, with what the record alone tells. Policies are
 * read, compared and planned by the functions that contain callers.
 *
 * INVARIANT: `neutral` is said of a new way in only where it certainly serves nobody but listed callers; what the
 * record does not tell makes it `opens`. Functions that nobody guards are not judged.
 */
export function judgeChange(change: ConfigurationChange, allowlist: Allowlist): ChangeDecision {
  const { action, functionArn } = change;
  const deployment = judgeDeployment(change);
  if (deployment !== undefined) return deployment;
  if (action.kind === 'trail' || action.kind === 'trailSelectors' || action.kind === 'rule') {
    return judgeHearing(action);
  }
  if (action.kind === 'part') return judgePart(action);
  if (action.kind === 'identity') return judgeIdentity(action, change, allowlist);
  if (action.kind === 'bucketNotification') return judgeNotification(action, change, allowlist);
  if (functionArn === null) return judgeUnnamed(action);
  const name = parseFunctionName(functionArn);
  if (name === undefined) return judgeUnnamed(action);
  if (GUARD_FUNCTION_NAMES.includes(name.name)) {
    return tampers("changes one of the guard's own functions; a deployment of the guard does so too");
  }
  const { guardId } = nameGuard(name.account, name.region);
  if (action.kind === 'revocation' && readSidEffect(action.sid ?? '', guardId) === 'Deny') {
    return tampers('takes away a statement by which the guard refuses callers');
  }
  const guarded = findFunctionEntry(allowlist, functionArn);
  if (guarded === undefined) return neutral('no entry of the allowlist names this function');
  const place = {
    resourceArn: qualifyFunctionArn(functionArn, change.qualifier),
    guarded,
    entries: listInvokers(allowlist, guarded),
    now: parseEventTime(change.eventTime),
    guardId,
  };
  return judgeGuarded(action, { ...change, functionArn }, place, allowlist);
}

const TRAIL_STEPS = {
  stopped: 'stops a trail: calls are not recorded any more',
  deleted: 'deletes a trail: calls are not recorded any more',
  changed: 'changes a trail: where it writes to, or what it covers',
} as const;

const RULE_STEPS = {
  disabled: 'disables a rule that sends records to the guard',
  deleted: 'deletes a rule that sends records to the guard',
  targetsRemoved: 'takes the guard away from a rule that sends records to it',
  rewritten: 'rewrites a rule that sends records to the guard; a deployment of the guard does so too',
} as const;

const LOSSES = {
  calls: 'the new selectors of a trail do not record calls of Lambda functions',
  changes: 'the new selectors of a trail do not record changes of functions and their policies',
  untold: 'may keep a trail from recording calls: the record does not tell the new selectors',
} as const;

function judgeHearing(action: Exclude<GuardAction, { readonly kind: 'part' }>): ChangeDecision {
  if (action.kind === 'trail') return tampers(TRAIL_STEPS[action.step]);
  if (action.kind === 'rule') return tampers(RULE_STEPS[action.step]);
  return action.loses === null
    ? neutral(
        'the new selectors of a trail record calls of Lambda functions and changes; of which ones was not judged',
      )
    : tampers(LOSSES[action.loses]);
}

/** In doubt a way in is told; nothing else can be said without knowing the function. */
function judgeUnnamed(action: FunctionAction): ChangeDecision {
  switch (action.kind) {
    case 'grant':
    case 'policy':
      return opens('may let somebody in: the record names no function that can be read');
    case 'functionUrl':
    case 'mapping':
      if (action.step !== 'deleted') {
        return opens('may let somebody in: the record names no function that can be read');
      }
      return neutral(UNNAMED);
    case 'mappingDisabled':
      return closes(describeDisabled(action));
    case 'revocation':
    case 'policyRemoval':
    case 'qualifier':
    case 'function':
    case 'concurrency':
      return neutral(UNNAMED);
  }
}

const UNNAMED = 'lets nobody in, and the record names no function that can be read';

function judgeGuarded(
  action: FunctionAction,
  change: ConfigurationChange & { readonly functionArn: string },
  place: PolicyPlace,
  allowlist: Allowlist,
): ChangeDecision {
  switch (action.kind) {
    case 'grant':
      return judgeGrant(action.statement, place);
    case 'policy':
      return judgePolicy(action.policy, place);
    case 'revocation':
      return closes('takes a permission away');
    case 'policyRemoval':
      return mayCarryGuards(place.guarded)
        ? tampers(
            "takes the whole policy away, and with it the guard's statements, which a function in mode enforce may have",
          )
        : closes(
            'takes the whole policy away: every permission, and every statement of the guard if there was one',
          );
    case 'functionUrl':
      return judgeFunctionUrl(action, place);
    case 'mapping':
      return judgeMapping(action, change, allowlist);
    case 'mappingDisabled':
      return closes(describeDisabled(action));
    case 'qualifier':
      return neutral(QUALIFIER_STEPS[action.step]);
    case 'function':
      return judgeFunction(action.step, place.guarded);
    case 'concurrency':
      return action.reserved === 0
        ? closes('no execution at a time is left to the function: every call is throttled')
        : neutral('sets how many executions at a time the function has; where it stood at 0, it runs again');
  }
}

function describeDisabled({ fault }: FunctionAction & { readonly kind: 'mappingDisabled' }): string {
  return `Lambda itself disabled an event source mapping, ${describeMappingFault(fault)}`;
}

const QUALIFIER_STEPS = {
  versionPublished: 'publishes a version, which has a policy of its own: none, and no guards, so far',
  aliasCreated: 'makes an alias, which has a policy of its own: none, and no guards, so far',
  aliasChanged: 'points an alias to another version; its policy stays',
} as const;

function judgeFunction(
  step: (FunctionAction & { readonly kind: 'function' })['step'],
  guarded: FunctionEntry,
): ChangeDecision {
  switch (step) {
    case 'created':
      return neutral('makes the function: it has no policy and no guards so far');
    case 'codeChanged':
      return neutral('changes what the function runs, not who may call it');
    case 'configurationChanged':
      return neutral(
        'changes how the function runs, such as its role, layers or variables, not who may call it',
      );
    case 'deleted':
      return closes(
        mayCarryGuards(guarded)
          ? "deletes the function, or a version of it, and with it the guard's statements, if it had any"
          : 'deletes the function, or a version of it',
      );
  }
}
