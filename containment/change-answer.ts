import type { ChangeStep } from '../core/alert/change-alert.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { quoteText } from '../core/alert/quotation.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import type { ConfigurationChange, FunctionAction } from '../core/change/change.ts';
import { findOtherGrants } from '../core/change/other-grants.ts';
import { decideMapping, judgeNotified } from '../core/change/trigger-judgement.ts';
import { findUntold } from '../core/change/untold-door.ts';
import type { Guard } from '../core/guard.ts';
import { parseFunctionName, qualifyFunctionArn } from '../core/record/function-reference.ts';
import { learnMapping } from '../core/record/learnt-mapping.ts';
import { leave, tryTo } from './attempt.ts';
import type { ContainmentPorts } from './containment.ts';
import { closeDoor, findObstacle } from './door-closing.ts';
import { disableMapping, type MappingPorts, resolveMapping } from './mapping.ts';

/** What answering a change acts on. */
export type AnswerPorts = ContainmentPorts & MappingPorts;

/** A change that opens a door or weakens the guard. */
export interface OpenedDoor {
  readonly change: ConfigurationChange;
  /** The record, or the EventBridge event around it. */
  readonly input: unknown;
  /** What makes the work idempotent. */
  readonly eventID: string;
}

/** What was done about a change, and what stands all the same. */
export interface ChangeAnswer {
  readonly steps: readonly ChangeStep[];
  readonly remains: readonly string[];
}

/**
 * Does about an opened door what the mode of the function allows: brings the policy under the allowlist before anybody
 * calls, or disables the mapping. When in doubt: nothing.
 */
export async function answerChange(
  door: OpenedDoor,
  allowlist: Allowlist,
  guard: Guard,
  ports: AnswerPorts,
): Promise<ChangeAnswer> {
  const { change } = door;
  const steps =
    change.action.kind === 'bucketNotification'
      ? await answerNotification(door, change.action, allowlist, guard, ports)
      : [];
  if (steps.length > 0) return { steps, remains: [] };
  const { functionArn, qualifier } = change;
  const outcome = await answerOne(door, allowlist, guard, ports);
  return { steps: [{ functionArn, qualifier, outcome }], remains: listRemaining(change) };
}

async function answerOne(
  door: OpenedDoor,
  allowlist: Allowlist,
  guard: Guard,
  ports: AnswerPorts,
): Promise<Outcome> {
  const { action, functionArn, qualifier } = door.change;
  const guarded = findFunctionEntry(allowlist, functionArn ?? '');
  const obstacle = findObstacle(door.change, functionArn, guarded);
  if (obstacle !== undefined || functionArn === null || guarded === undefined) {
    return obstacle ?? leave('the record names no function');
  }
  const untold = findUntold(action);
  if (untold !== undefined) return leave(untold);
  switch (action.kind) {
    case 'grant':
    case 'policy':
    case 'revocation':
    case 'policyRemoval':
    case 'functionUrl': {
      const { eventTime } = door.change;
      const request = { eventID: door.eventID, target: { functionArn, qualifier }, guarded, eventTime };
      return tryTo(() => closeDoor(request, allowlist, guard, ports));
    }
    case 'mapping':
      return tryTo(() => answerMapping(door, action, allowlist, ports));
    default:
      return leave('no rewrite of a policy undoes this change: a person has to look');
  }
}

/** A mapping is disabled only where it is certain that nobody listed it: its source is known from Lambda's own word. */
async function answerMapping(
  { change, input }: OpenedDoor,
  { mappingArn }: FunctionAction & { readonly kind: 'mapping' },
  allowlist: Allowlist,
  ports: AnswerPorts,
): Promise<Outcome> {
  if (mappingArn === null) return leave('the record does not name the event source mapping');
  const caller = { kind: 'eventSourceMapping', mappingArn } as const;
  const sourceArn =
    learnMapping(input)?.sourceArn ??
    (await resolveMapping(caller, change.functionArn, allowlist, ports)).get(mappingArn);
  if (sourceArn === undefined) return leave('nobody can tell what the event source mapping polls');
  const { verdict } = decideMapping(mappingArn, sourceArn, change, allowlist);
  return verdict === 'unauthorized'
    ? disableMapping(mappingArn, ports)
    : leave('it is not certain that the event source mapping is on no list');
}

/** Each function that the bucket notifies has a policy, a mode and a list of its own. */
async function answerNotification(
  { change, eventID }: OpenedDoor,
  action: Extract<ConfigurationChange['action'], { kind: 'bucketNotification' }>,
  allowlist: Allowlist,
  guard: Guard,
  ports: AnswerPorts,
): Promise<readonly ChangeStep[]> {
  const steps: ChangeStep[] = [];
  for (const { target, decision } of judgeNotified(action, change, allowlist)) {
    const { guarded, verdict } = decision;
    const name = parseFunctionName(target.functionArn);
    const ours = name?.account === guard.account && name.region === guard.region;
    if (!ours || guarded === null || verdict === 'authorized') continue;
    const doubt =
      verdict === 'undetermined' ? leave('the record does not tell enough of the bucket') : undefined;
    const outcome =
      findObstacle(change, target.functionArn, guarded) ??
      doubt ??
      (await tryTo(() => {
        const notified = `${eventID}#notified#${qualifyFunctionArn(target.functionArn, target.qualifier)}`;
        const request = { eventID: notified, target, guarded, eventTime: change.eventTime };
        return closeDoor(request, allowlist, guard, ports);
      }));
    steps.push({ ...target, outcome });
  }
  return steps;
}

/** The guard takes calls away, and nothing else. */
function listRemaining({ action, errorCode }: ConfigurationChange): readonly string[] {
  if (errorCode !== null) return [];
  return findOtherGrants(action).map(({ sid, actions }) => {
    const named = sid === null ? 'a statement without Sid' : `the statement \`${quoteText(sid)}\``;
    const granted = actions.map((granting) => `\`${quoteText(granting)}\``).join(', ');
    return `the grant of ${granted} in ${named} still stands: the guard takes away calls only, so take it away by hand`;
  });
}

/** Nothing more than that one outcome. */
export function leaveChange({ functionArn, qualifier }: ConfigurationChange, outcome: Outcome): ChangeAnswer {
  return { steps: [{ functionArn, qualifier, outcome }], remains: [] };
}
