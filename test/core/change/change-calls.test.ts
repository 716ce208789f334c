import { OTHER_CALLS } from '../../../core/change/change-calls.ts';
import { listWatchedCalls } from '../../../core/pattern/watch-catalogue.ts';
import type { TextTest } from '../../../core/pattern/watched-call.ts';

const WATCHED = listWatchedCalls({
  trails: 'any',
  buckets: ['bucket'],
  keyIds: ['key'],
  fixedNames: { partition: 'aws', region: 'eu-west-1', account: '111122223333' },
  rules: ['rule'],
  mappings: ['mapping'],
  queues: ['111122223333/queue'],
  topicArns: ['arn:aws:sns:eu-west-1:111122223333:topic'],
  tables: ['table'],
  tableArns: ['arn:aws:dynamodb:eu-west-1:111122223333:table/table'],
  logGroups: ['group'],
  alarms: ['alarm'],
  stacks: [
    { name: 'Invokeguard', arnStem: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Invokeguard/' },
  ],
});

function takes(test: TextTest, call: string): boolean {
  if (typeof test === 'string') return call === test;
  return 'prefix' in test ? call.startsWith(test.prefix) : call.endsWith(test.suffix);
}

describe('the calls that may be changes', () => {
  const elsewhere = WATCHED.filter(({ eventSource }) => eventSource !== 'lambda.amazonaws.com');

  it.each(elsewhere.flatMap(({ eventSource, calls }) => calls.map((call) => [eventSource, call] as const)))(
    'of %s are those that the watch tells at once: %j',
    (eventSource, test) => {
      const known = OTHER_CALLS.get(eventSource) ?? [];
      expect(known.filter((call) => takes(test, call))).not.toEqual([]);
    },
  );
});
