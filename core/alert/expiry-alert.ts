import type { EndingEntry } from '../allowlist/expiry.ts';
import type { Guard } from '../guard.ts';
import type { Alert } from './alert.ts';
import { quoteText } from './quotation.ts';
import { composeSection } from './section.ts';
import { composeSubject } from './subject.ts';

/** Entries of the allowlist that stop counting soon. */
export interface ExpirySubject {
  readonly guard: Guard;
  readonly entries: readonly EndingEntry[];
}

/** The structured form of an alert about entries that expire. */
export interface ExpiryEvent extends ExpirySubject {
  readonly version: 1;
  readonly kind: 'expiry';
}

/** Composes the alert that entries expire soon, ahead of the day on which their callers are shut out. */
export function composeExpiryAlert(about: ExpirySubject): Alert {
  const { guard, entries } = about;
  const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  return {
    subject: composeSubject('allowlist entries expire soon', count),
    text: `${[
      'From the instant named, these callers are treated like callers that are not listed.',
      ...composeSection('Expiring:', entries.map(describeEntry)),
      'To keep a caller, change `expires` in invokeguard.yaml and deploy; to let it go, do nothing.',
      `Guard: ${guard.name} in ${guard.account}, ${guard.region}`,
    ].join('\n')}\n`,
    event: { version: 1, kind: 'expiry', ...about },
    attributes: { kind: 'expiry', account: guard.account, region: guard.region },
  };
}

function describeEntry({ entry, expires }: EndingEntry): string {
  const remarks = [entry.owner, entry.reason].filter((remark) => remark !== undefined).map(quoteText);
  return [`${expires}  ${entry.pointer}  ${nameCaller(entry)}`, ...remarks].join(', ');
}

function nameCaller(entry: EndingEntry['entry']): string {
  switch (entry.kind) {
    case 'service':
      return quoteText(
        entry.sourceArn === undefined ? entry.service : `${entry.service} for ${entry.sourceArn}`,
      );
    case 'role':
      return quoteText(entry.role);
    case 'user':
      return quoteText(entry.user);
    case 'account':
      return `account ${entry.account}`;
    case 'eventSourceMapping':
      return quoteText(entry.eventSourceMapping);
    case 'functionUrl':
      return 'anonymous callers of the function URL';
  }
}
