import { describeCaller } from '../caller/description.ts';
import { describeSession } from '../caller/session.ts';
import type { GrantMatch } from '../change/admitting-statement.ts';
import type { GranterSearch, NotFoundCause } from '../change/granter-search.ts';
import type { GrantingChange } from '../change/granting-change.ts';
import type { Door } from '../change/sought-access.ts';
import { quoteText, shortenText } from './quotation.ts';

/** Says in lines of text who let a caller in, and how sure that is. */
export function describeGranter(search: GranterSearch): readonly string[] {
  switch (search.kind) {
    case 'granted':
      return [
        ...search.changes.flatMap(describeChange),
        ...(search.changes.some(({ match }) => match === 'sid') ? [] : [STILL_UNTOLD]),
      ];
    case 'notFound':
      return [
        "CloudTrail's event history of the last 90 days shows nobody who did. It may be that",
        ...search.mayBe.map((cause) => `* ${CAUSES[cause]}`),
      ];
    case 'notLooked':
      return [`Not known: ${quoteText(search.reason)}.`];
  }
}

const STILL_UNTOLD =
  'A change of the last 15 minutes may not be in the history yet, and an older grant may have served as well.';

const CAUSES: Readonly<Record<NotFoundCause, string>> = {
  ownPermissions: "the caller's own IAM permissions let it in: it belongs to the account of the function.",
  recent: 'it was done in the last 15 minutes: so late the history may tell it. Look again then.',
  amongMany: 'it lies behind so many other changes that the search ended before it.',
  older: 'it was done more than 90 days ago.',
};

function describeChange(change: GrantingChange): readonly string[] {
  const { by, door, eventID, eventName, eventTime, match, session, sid } = change;
  const named = sid === null ? '' : `, statement ${quoteText(sid)}`;
  return [
    `${quoteText(describeCaller(by))} ${DEEDS[door]}${named}.`,
    `  ${quoteText(eventName)} at ${quoteText(eventTime)}, event ${quoteText(eventID ?? 'without an eventID')}`,
    `  Session: ${quoteText(describeSession(session))}; from ${quoteText(session.sourceIPAddress ?? 'an address not in the record')} with ${quoteText(session.userAgent ?? 'a client not in the record')}`,
    `  ${MATCHES[match](door)}`,
  ];
}

const DEEDS: Readonly<Record<Door, string>> = {
  grant: 'granted it',
  policy: 'wrote a policy that grants it, new or as it stood before',
  functionUrl: 'made or opened the function URL',
  bucketNotification: 'made the bucket notify the function',
  mapping: 'made the event source mapping, or switched it on',
};

const MATCHES: Readonly<Record<GrantMatch, (door: Door) => string>> = {
  sid: () => 'Sure: this is the statement that let the caller in and was taken away.',
  content: (door) =>
    door === 'grant' || door === 'policy'
      ? 'Likely: the newest that serves this caller; whether its statement still stood was not looked at.'
      : 'Likely: the newest that serves this caller.',
  perhaps: () => 'Perhaps: the records do not tell enough to be sure.',
};

const FIELD_CHARACTERS = 1_000;

/** Cuts the texts that others chose, for the JSON of an alert. */
export function limitGranter(search: GranterSearch): GranterSearch {
  if (search.kind !== 'granted') return search;
  return {
    kind: 'granted',
    changes: search.changes.map((change) => ({
      ...change,
      sid: limit(change.sid),
      eventID: limit(change.eventID),
      session: {
        ...change.session,
        sourceIPAddress: limit(change.session.sourceIPAddress),
        userAgent: limit(change.session.userAgent),
      },
    })),
  };
}

function limit(text: string | null): string | null {
  return text === null ? null : shortenText(text, FIELD_CHARACTERS);
}
