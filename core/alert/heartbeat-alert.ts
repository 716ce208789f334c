import type { Guard } from '../guard.ts';
import type { Beat } from '../heartbeat/beat.ts';
import type { BrokenLink } from '../heartbeat/broken-link.ts';
import { describeBrokenLink } from '../heartbeat/link-words.ts';
import type { Alert } from './alert.ts';
import { quoteText } from './quotation.ts';
import { composeSubject } from './subject.ts';

/** What the heartbeat tells people: that the chain is broken, or that it holds again. */
export type HeartbeatSubject = LostHeartbeat | RecoveredHeartbeat;

/** A beat did not come back as a verdict in time. */
export interface LostHeartbeat {
  readonly kind: 'lost';
  readonly guard: Guard;
  readonly link: BrokenLink;
  /** Null where it could not be sent. */
  readonly beat: Beat | null;
}

/** A beat came back after the chain was called broken. */
export interface RecoveredHeartbeat {
  readonly kind: 'recovered';
  readonly guard: Guard;
  readonly link: BrokenLink['kind'];
  readonly brokenSinceMs: number;
  readonly beat: Beat;
  readonly seenMs: number;
  /** Whether it is one that was called lost. */
  readonly arrival: 'late' | 'inTime';
}

/** The structured form of an alert about the heartbeat. Times are ISO-8601 UTC. */
export interface HeartbeatEvent {
  readonly version: 1;
  readonly kind: 'heartbeat';
  readonly guard: Guard;
  readonly state: 'lost' | 'recovered';
  readonly link: BrokenLink | { readonly kind: BrokenLink['kind'] };
  /** Of the call in CloudTrail; null where the target was not called. */
  readonly requestID: string | null;
  readonly sentTime: string | null;
  readonly seenTime: string | null;
}

/** Composes the alert about a chain that is broken, or holds again. The subject of the first names the link. */
export function composeHeartbeatAlert(about: HeartbeatSubject): Alert {
  const { guard, kind, link, beat } = about;
  const name = kind === 'lost' ? describeBrokenLink(link).name : 'chain holds again';
  const linkKind = kind === 'lost' ? link.kind : link;
  return {
    subject: composeSubject(kind === 'lost' ? 'heartbeat LOST' : 'heartbeat back', name),
    text: `${[
      ...(kind === 'lost' ? tellLost(about) : tellRecovered(about)),
      '',
      `Guard: ${guard.name} in ${guard.account}, ${guard.region}`,
    ].join('\n')}\n`,
    event: {
      version: 1,
      kind: 'heartbeat',
      guard,
      state: kind,
      link: kind === 'lost' ? link : { kind: link },
      requestID: beat?.requestID ?? null,
      sentTime: beat === null ? null : formatTime(beat.sentMs),
      seenTime: kind === 'lost' ? null : formatTime(about.seenMs),
    },
    attributes: {
      kind: 'heartbeat',
      outcome: kind,
      link: linkKind,
      account: guard.account,
      region: guard.region,
    },
  };
}

function tellLost({ link, beat }: LostHeartbeat): readonly string[] {
  const { known, advice } = describeBrokenLink(link);
  const call =
    beat === null
      ? 'The heartbeat sent no call.'
      : `The heartbeat called its target at ${formatTime(beat.sentMs)} (request ${quoteText(beat.requestID)}), and no verdict came back by the live path.`;
  return [
    'The guard does not see what it should see: unauthorized calls may go unnoticed.',
    '',
    call,
    known,
    '',
    'What to do:',
    `  ${advice}`,
    '  docs/runbook.md#heartbeat-lost has more.',
  ];
}

function tellRecovered({ beat, seenMs, brokenSinceMs, arrival }: RecoveredHeartbeat): readonly string[] {
  const minutes = Math.round((seenMs - beat.sentMs) / 60_000);
  const which = arrival === 'late' ? 'A call that counted as lost' : 'A later call';
  return [
    'The chain from a call to its verdict holds again.',
    '',
    `Broken since:  ${formatTime(brokenSinceMs)}`,
    `${which}, sent at ${formatTime(beat.sentMs)}, was judged at ${formatTime(seenMs)}, ${minutes} minutes after.`,
    '',
    'What was called in between may have gone unseen: `npx invokeguard replay` finds it in the log files.',
  ];
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
