import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Caller } from '../caller/caller.ts';
import { composeCallerKey, describeCaller } from '../caller/description.ts';
import type { Alert } from './alert.ts';
import { shortenText } from './quotation.ts';

/** What belongs together in a digest: the same caller and the same function, whatever its qualifier or outcome. */
export interface FindingGroup {
  /** The unqualified function; null where the record names none. */
  readonly functionArn: string | null;
  /** Who did it; null where nobody but the guard's own schedule is the reason. */
  readonly caller: Caller | null;
}

/** A group by its name, fit to be stored: no field is longer than its limit. */
export interface GroupName {
  /** 32 hexadecimal digits, the same for the same function and caller. */
  readonly groupID: string;
  readonly functionArn: string | null;
  /** Who did it, in words that may hold what the caller chose. */
  readonly caller: string;
}

/** One finding that waits for the digest, in brief; its record is in CloudTrail's log under `eventID`. */
export interface DeferredFinding extends GroupName {
  readonly subject: string;
  /** The alert's `kind`. */
  readonly kind: string;
  /** How it ended, in the words of the alert's attributes: `unauthorized contained`, `change opens observed`. */
  readonly outcome: string;
  /** The command that takes back what was done; null where there is none. */
  readonly rollback: string | null;
  readonly eventID: string;
  /** When the guard found it: ISO-8601 UTC. */
  readonly foundTime: string;
}

/** What waits for the digest about one group. */
export interface PendingGroup extends GroupName {
  /** Tells what waits now from what waited, and was told, before: no two have the same. */
  readonly batch: string;
  /** Findings that no message told, because the window's messages were used up. */
  readonly deferred: number;
  /** Findings like one that was told or deferred before. */
  readonly repeated: number;
  /** How many of the deferred ones ended how: `DeferredFinding.outcome`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the last deferred ones, newest first; a few. */
  readonly rollbacks: readonly string[];
  /** Of the last findings, newest first; a few. */
  readonly eventIDs: readonly string[];
  readonly firstTime: string;
  readonly lastTime: string;
}

const FIELD_CHARACTERS = 500;

/** Names a group. */
export function nameGroup({ functionArn, caller }: FindingGroup): GroupName {
  const key = JSON.stringify([functionArn, caller === null ? null : composeCallerKey(caller)]);
  return {
    groupID: bytesToHex(sha256(utf8ToBytes(key))).slice(0, 32),
    functionArn: functionArn === null ? null : limit(functionArn),
    caller: caller === null ? "the guard's own schedule" : limit(describeCaller(caller)),
  };
}

/** Puts in brief what an alert would have told. */
export function deferAlert(
  group: FindingGroup,
  { subject, event, attributes }: Alert,
  eventID: string,
  foundTime: string,
): DeferredFinding {
  const kind = event.kind === 'invocation' ? undefined : event.kind;
  const words = [kind, attributes['verdict'], attributes['outcome']].filter((word) => word !== undefined);
  const rollback = 'rollback' in event ? event.rollback : null;
  return {
    ...nameGroup(group),
    subject,
    kind: event.kind,
    outcome: limit(words.join(' ')),
    // A command that was cut would do something else.
    rollback: rollback !== null && rollback.length <= 2 * FIELD_CHARACTERS ? rollback : null,
    eventID: limit(eventID),
    foundTime,
  };
}

/** Half of a surrogate pair, from the record or from the cut, is no text that every store takes. */
function limit(text: string): string {
  return shortenText(text, FIELD_CHARACTERS).replaceAll(/\p{Cs}/gu, '\ufffd');
}
