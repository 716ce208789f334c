import type { Guard } from '../guard.ts';
import { compareTexts } from '../text.ts';
import type { Alert } from './alert.ts';
import { composeDigestText, summarizeTotals } from './digest-text.ts';
import type { PendingGroup } from './finding-group.ts';
import { takeFitting } from './message-room.ts';
import { composeSubject } from './subject.ts';

/** What one digest tells. */
export interface DigestSubject {
  readonly guard: Guard;
  readonly runID: string;
  /** At least one. */
  readonly groups: readonly PendingGroup[];
  /** Whether more groups wait than one message counts. */
  readonly rest: 'none' | 'more';
}

/** The structured form of a digest. */
export interface DigestEvent {
  readonly version: 1;
  readonly kind: 'digest';
  readonly guard: Guard;
  readonly runID: string;
  /** Over all groups, whether they are listed or not. */
  readonly totals: DigestTotals;
  /** The weightiest first, as far as they fit into a message. */
  readonly groups: readonly ListedGroup[];
  /** How many groups are counted in the totals and not listed. */
  readonly unlisted: number;
  readonly rest: 'none' | 'more';
}

/** A group as the structured form has it: `batch` is the ledger's own. */
export type ListedGroup = Omit<PendingGroup, 'batch'>;

/** What a digest tells in all. */
export interface DigestTotals {
  readonly groups: number;
  readonly deferred: number;
  readonly repeated: number;
  readonly firstTime: string;
  readonly lastTime: string;
}

/** With the text's 100,000 and what SNS wraps around both, this is below its 256 KB. */
const MOST_EVENT_BYTES = 120_000;
/** Words of outcomes that need a person at once. */
const GRAVE_WORDS = ['ineffective', 'refused', 'delayed', 'tampers'];

/**
 * Composes the digest of what no message of its own told: one line of totals, then the groups, weightiest first, as
 * far as they fit, and how many more there are. The totals count every group.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (Message: 262,144 bytes)
 */
export function composeDigestAlert(about: DigestSubject): Alert {
  const { guard, runID, rest } = about;
  const groups = [...about.groups].sort(compareWeight);
  const totals = addTotals(groups);
  const listed = groups.map(listGroup);
  const held = takeFitting(listed, MOST_EVENT_BYTES, (group) => JSON.stringify(group));
  const grave = GRAVE_WORDS.find((word) => groups.some((group) => hasOutcome(group, word)));
  return {
    subject: composeSubject('digest', summarizeTotals(totals)),
    text: composeDigestText(about, groups, totals),
    event: {
      version: 1,
      kind: 'digest',
      guard,
      runID,
      totals,
      groups: held,
      unlisted: groups.length - held.length,
      rest,
    },
    attributes: {
      kind: 'digest',
      ...(grave === undefined ? {} : { outcome: grave }),
      account: guard.account,
      region: guard.region,
    },
  };
}

function listGroup(group: PendingGroup): ListedGroup {
  const { groupID, functionArn, caller, deferred, repeated } = group;
  const { outcomes, rollbacks, eventIDs, firstTime, lastTime } = group;
  const counts = { deferred, repeated, outcomes };
  return { groupID, functionArn, caller, ...counts, rollbacks, eventIDs, firstTime, lastTime };
}

function addTotals(groups: readonly PendingGroup[]): DigestTotals {
  const times = groups.flatMap(({ firstTime, lastTime }) => [firstTime, lastTime]).sort(compareTexts);
  return {
    groups: groups.length,
    deferred: groups.reduce((sum, { deferred }) => sum + deferred, 0),
    repeated: groups.reduce((sum, { repeated }) => sum + repeated, 0),
    firstTime: times[0] ?? '',
    lastTime: times.at(-1) ?? '',
  };
}

/** What nobody stopped, then what changed a policy, then what is new, then what is known; in each, the most first. */
function compareWeight(left: PendingGroup, right: PendingGroup): number {
  return (
    weigh(left) - weigh(right) ||
    right.deferred + right.repeated - (left.deferred + left.repeated) ||
    compareTexts(left.groupID, right.groupID)
  );
}

function weigh(group: PendingGroup): number {
  if (GRAVE_WORDS.some((word) => hasOutcome(group, word))) return 0;
  if (group.rollbacks.length > 0) return 1;
  return group.deferred > 0 ? 2 : 3;
}

function hasOutcome({ outcomes }: PendingGroup, word: string): boolean {
  return Object.keys(outcomes).some((outcome) => outcome.split(' ').includes(word));
}
