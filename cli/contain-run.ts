import type { ContainmentPorts } from '../containment/containment.ts';
import {
  type HardenedPolicy,
  type HardeningPlan,
  type HardeningTarget,
  hardenPolicies,
  listTargets,
  type PlanningPorts,
  planPolicies,
} from '../containment/hardening.ts';
import { findPolicyOwner } from '../containment/policy-owner.ts';
import type { FunctionTags } from '../containment/ports.ts';
import { type Allowlist, type FunctionEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import type { Guard } from '../core/guard.ts';
import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import { encodeJsonLine } from '../core/text.ts';
import type { LogFile } from '../logs/log-files.ts';
import type { CommandIo, ExitCode } from './command-io.ts';
import { askToProceed } from './confirmation.ts';
import { findSeenCallers, type SeenCallers } from './contain-callers.ts';
import { type ContainEnd, composeContainJson } from './contain-json.ts';
import {
  describeHardened,
  describeOwners,
  describePlans,
  describeSeenCallers,
  describeWaysBack,
  type LeftOut,
  type OwnedFunction,
} from './contain-text.ts';
import { createProgress } from './progress.ts';

/** The functions to contain, each with the entry that guards it. A qualifier of null means all their policies. */
export interface ContainSubjects {
  readonly kind: 'subjects';
  readonly functions: readonly { readonly functionArn: string; readonly entry: FunctionEntry }[];
  readonly qualifier: string | null;
}

/** What is to be contained, and how it is shown. */
export interface ContainOrder {
  readonly subjects: ContainSubjects;
  readonly allowlist: Allowlist;
  readonly format: 'human' | 'json';
  /** Where to look for callers, with what could not be read already; null where no logs were given. */
  readonly logs: { readonly files: readonly LogFile[]; readonly unread: readonly string[] } | null;
}

/** What is looked at before anybody is asked. */
export interface ContainPorts extends PlanningPorts {
  /** Tells who else writes a policy. */
  readonly tags: FunctionTags;
}

/** Whether anything is written, with what, and whether somebody is asked. */
export type ContainWriting =
  | { readonly kind: 'dryRun' }
  | { readonly kind: 'ask' | 'proceed'; readonly ports: ContainmentPorts };

const SCOPE_OFFENDER =
  'its scope is offender, which shuts out one caller after it got in, and nobody has; set `scope: allowlist` to contain it';
const OBSERVED =
  'It is in mode observe: it is contained because you ask for it, and the daily re-plan leaves it alone, so its guard ' +
  'will not follow the allowlist.';
const FOLLOWS =
  'The guard follows the allowlist that is deployed: deploy this one, if it is another, or the next re-plan goes back.';

/** Plans, shows, asks, writes and reports: everything but the reading of arguments and the building of ports. */
export async function containFunctions(
  order: ContainOrder,
  guard: Guard,
  planning: ContainPorts,
  writing: ContainWriting,
  io: CommandIo,
): Promise<ExitCode> {
  // With JSON asked for, people still have to see what they are asked about.
  const show =
    order.format === 'human' ? io.writeOut : writing.kind === 'ask' ? io.writeErr : () => undefined;
  const { targets, leftOut } = await gatherTargets(order, planning);
  const plans = await planAll(targets, guard, planning, io);
  show(describePlans(plans, leftOut));
  const seen = order.logs === null ? null : await seekCallers(order.logs, targets, order.allowlist, io);
  if (seen !== null) show(describeSeenCallers(seen));
  const changes = plans.flatMap((planned) => (isChange(planned) ? [planned] : []));
  const owners = await findOwners(changes, planning.tags);
  show(describeOwners(owners));
  const observed = order.subjects.functions.filter(({ entry }) => entry.mode === 'observe');
  for (const { functionArn } of observed) show(`${functionArn}\n${OBSERVED}\n`);
  const finish = (end: ContainEnd, hardened: readonly HardenedPolicy[], text: string): ExitCode => {
    if (order.format === 'human') io.writeOut(text);
    else
      io.writeOut(`${encodeJsonLine(composeContainJson({ end, plans, hardened, leftOut, owners, seen }))}\n`);
    return chooseExitCode(end, plans, hardened, leftOut);
  };
  if (changes.length === 0) return finish('nothing', [], 'There is nothing to write.\n');
  const count = `${changes.length} ${changes.length === 1 ? 'policy' : 'policies'}`;
  if (writing.kind === 'dryRun') return finish('planned', [], `Dry run: ${count} would be written.\n`);
  const answer = writing.kind === 'proceed' ? 'yes' : await askToProceed(`Write ${count}?`, io);
  if (answer !== 'yes') {
    const why = answer === 'no' ? 'declined' : 'nobody to ask: use --yes in scripts';
    return finish('declined', [], `Nothing was changed: ${why}\n`);
  }
  const hardened: HardenedPolicy[] = [];
  const chosen = targets.filter(({ target }) => changes.some((change) => change.target === target));
  const runID = `contain-${new Date(io.nowMs()).toISOString()}`;
  for await (const one of hardenPolicies(chosen, runID, guard, writing.ports)) {
    const shown = changes.find(({ target }) => target === one.target)?.plan;
    if (order.format === 'human' && shown !== undefined) io.writeOut(describeHardened(one, shown));
    hardened.push(one);
  }
  return finish('written', hardened, `${describeWaysBack(hardened)}${FOLLOWS}\n`);
}

interface Gathered {
  readonly targets: readonly HardeningTarget[];
  readonly leftOut: readonly LeftOut[];
}

async function gatherTargets(
  { subjects, allowlist }: ContainOrder,
  { qualifiers }: PlanningPorts,
): Promise<Gathered> {
  const targets: HardeningTarget[] = [];
  const leftOut: LeftOut[] = [];
  for (const { functionArn, entry } of subjects.functions) {
    if (entry.scope === 'offender') {
      leftOut.push({ functionArn, reason: SCOPE_OFFENDER });
      continue;
    }
    const entries = listInvokers(allowlist, entry);
    const { qualifier } = subjects;
    const found =
      qualifier === null ? await listTargets(functionArn, qualifiers) : [{ functionArn, qualifier }];
    targets.push(...found.map((target) => ({ target, entries })));
  }
  return { targets, leftOut };
}

async function planAll(
  targets: readonly HardeningTarget[],
  guard: Guard,
  ports: PlanningPorts,
  io: CommandIo,
): Promise<readonly HardeningPlan[]> {
  const progress = createProgress(io);
  const plans: HardeningPlan[] = [];
  for await (const planned of planPolicies(targets, guard, ports)) {
    plans.push(planned);
    progress.show(`policy ${plans.length} of ${targets.length}`);
  }
  progress.clear();
  return plans;
}

/** One look-up a function, and only where something is to be written. */
async function findOwners(changes: readonly Change[], tags: FunctionTags): Promise<readonly OwnedFunction[]> {
  const owners: OwnedFunction[] = [];
  for (const functionArn of new Set(changes.map(({ target }) => target.functionArn))) {
    owners.push({ functionArn, owner: await findPolicyOwner(functionArn, tags) });
  }
  return owners;
}

async function seekCallers(
  logs: NonNullable<ContainOrder['logs']>,
  targets: readonly HardeningTarget[],
  allowlist: Allowlist,
  io: CommandIo,
): Promise<SeenCallers> {
  const wanted = targets.map(({ target }) => target);
  const seen = await findSeenCallers(logs.files, wanted, allowlist, io);
  return { ...seen, unread: [...logs.unread, ...seen.unread] };
}

type Change = Extract<HardeningPlan, { kind: 'planned' }> & { readonly plan: ReplacePlan };

function isChange(planned: HardeningPlan): planned is Change {
  return planned.kind === 'planned' && planned.plan.kind === 'replace';
}

/** Whatever was asked for and is not contained makes the run a failure, also where the rest went well. */
function chooseExitCode(
  end: ContainEnd,
  plans: readonly HardeningPlan[],
  hardened: readonly HardenedPolicy[],
  leftOut: readonly LeftOut[],
): ExitCode {
  const refused = plans.some(
    (planned) =>
      planned.kind === 'unreadable' || (planned.kind === 'planned' && planned.plan.kind === 'refused'),
  );
  const absent = plans.length > 0 && plans.every(({ kind }) => kind === 'missing');
  const failed = hardened.some(({ outcome }) => outcome.kind === 'refused' || outcome.kind === 'delayed');
  return end === 'declined' || refused || absent || failed || leftOut.length > 0 ? 1 : 0;
}
