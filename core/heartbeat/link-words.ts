import { quoteText } from '../alert/quotation.ts';
import type { BrokenLink } from './broken-link.ts';
import type { RuleFault } from './chain-parts.ts';

/** A broken link in words. */
export interface LinkWords {
  /** Two or three words of ASCII, for subjects. */
  readonly name: string;
  /** What is known, a sentence. */
  readonly known: string;
  /** What a person does about it, a sentence. */
  readonly advice: string;
}

const RULE_FAULTS = {
  missing: 'is not there',
  disabled: 'is disabled',
  noTarget: 'has no target',
  otherTarget: "does not send to the guard's queue",
} as const;

const LISTED_RULES = 5;

/** Says which link broke, what is known of it, and what to do. */
export function describeBrokenLink(link: BrokenLink): LinkWords {
  switch (link.kind) {
    case 'call':
      return {
        name: 'target not called',
        known: `The heartbeat could not call its target: ${quoteText(link.reason)}.`,
        advice:
          'Nothing is known of the rest of the chain. See that the target is there and may be called; deploy again.',
      };
    case 'verdict':
      return {
        name: `judged ${link.verdict}`,
        known: `A call by the heartbeat, which is on no list, counts as ${link.verdict}.`,
        advice:
          "Look for an entry under `breakGlass` that lists the heartbeat's role or its whole account, and narrow it; " +
          'else switch the heartbeat off. Where there is no such entry, look at what the functions of the guard run.',
      };
    case 'trail':
      return link.fault === 'missing'
        ? {
            name: 'trail gone',
            known: 'The trail that logs the calls is not there any more.',
            advice:
              'The guard sees no call. Deploy the stack of the trail again, and find out who deleted it.',
          }
        : {
            name: 'trail stopped',
            known: 'The trail that logs the calls is stopped.',
            advice:
              'The guard sees no call. Start it with `aws cloudtrail start-logging`, and find out who stopped it.',
          };
    case 'selectors':
      return {
        name: 'trail selectors',
        known:
          "The trail's selectors do not take calls of the heartbeat's target any more, and perhaps of others.",
        advice:
          'Calls of guarded functions may go unseen. Compare `aws cloudtrail get-event-selectors` with ' +
          'docs/deploying.md, deploy the stack of the trail again, and find out who changed them.',
      };
    case 'trailDelivery':
      return {
        name: 'trail delivery',
        known: `CloudTrail cannot write its log files: ${quoteText(link.error)}.`,
        advice:
          'Look at the policies of the log bucket and of its key; the record of the call was not seen either way.',
      };
    case 'rules':
      return {
        name: 'EventBridge rules',
        known: `${describeFaults(link.faults)}.`,
        advice:
          'Calls are not sent to the guard. Deploy the stack of the guard again, and find out who changed the rules.',
      };
    case 'remediator':
      return {
        name: 'remediator',
        known: `${link.waiting} messages wait in the queue of records, and ${link.deadLetters} were given up.`,
        advice:
          'Records arrive and are not judged: read the log of the remediation function, and the dead letters.',
      };
    case 'eventDelivery':
      return {
        name: 'EventBridge delivery',
        known: "CloudTrail's log file has the record, and EventBridge did not bring it.",
        advice:
          'The log sweep still sees every call, minutes later. If this lasts, compare the patterns of the rules with ' +
          '`npx invokeguard pattern`, and look at the status page of AWS.',
      };
    case 'unknown':
      return {
        name: 'link unknown',
        known: `Nothing that the heartbeat can look at is broken${describeUnreadable(link.unreadable)}.`,
        advice:
          'Either CloudTrail or EventBridge is late, or a pattern of a rule was changed. Take calls since then as not ' +
          'seen: `npx invokeguard replay` finds them in the log files.',
      };
  }
}

function describeFaults(faults: readonly RuleFault[]): string {
  const told = faults
    .slice(0, LISTED_RULES)
    .map(({ name, fault }) => `rule \`${quoteText(name)}\` ${RULE_FAULTS[fault]}`);
  const more = faults.length - told.length;
  const text = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function describeUnreadable(unreadable: readonly string[]): string {
  return unreadable.length === 0 ? '' : `; it could not look at ${quoteText(unreadable.join('; '))}`;
}
