import { OTHER_CALLS } from '../../../core/change/change-calls.ts';
import { LAMBDA_VERBS } from '../../../core/change/lambda-action.ts';
import { PART_CALLS } from '../../../core/change/part-calls.ts';
import { listWatchedCalls } from '../../../core/pattern/watch-catalogue.ts';
import type { CallTest } from '../../../core/pattern/watched-call.ts';

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

function takes(test: CallTest, call: string): boolean {
  return typeof test === 'string' ? call === test : call.startsWith(test.prefix);
}

/** Lambda's calls are read by other tables, of which the guard's own functions are a part. */
const KNOWN: ReadonlyMap<string, readonly string[]> = new Map([
  ...OTHER_CALLS,
  ['lambda.amazonaws.com', [...LAMBDA_VERBS, ...listFunctionCalls()]],
]);

function listFunctionCalls(): readonly string[] {
  return PART_CALLS.filter(({ part }) => part === 'function').flatMap(({ calls }) => Object.keys(calls));
}

/** What the watch does not tell, by why not. */
const ONLY_IN_LOGS = {
  // The guard's own roles are there already.
  ofListedIdentities: [
    'CreateRole',
    'CreateUser',
    'UpdateUser',
    'DeleteUser',
    'CreateAccessKey',
    'UpdateAccessKey',
    'CreateLoginProfile',
    'UpdateLoginProfile',
  ],
  // The guard's own have no aliases and no provisioned concurrency; Lambda's own event names no function.
  ofOtherFunctions: [
    'CreateAlias',
    'UpdateAlias',
    'PublishVersion',
    'LambdaESMDisabled',
    'PutProvisionedConcurrencyConfig',
    'DeleteProvisionedConcurrencyConfig',
  ],
  withoutANameThatTheWatchKnows: [
    'StartMessageMoveTask',
    'DeleteAlias',
    'UpdateAlias',
    'PutCompositeAlarm',
    'DeleteBackup',
  ],
  takingNothingAway: [
    'AssociateKmsKey',
    'UpdateKeyDescription',
    'CancelUpdateStack',
    'ContinueUpdateRollback',
  ],
};

describe('the calls that may be changes', () => {
  it.each(WATCHED.flatMap(({ eventSource, calls }) => calls.map((call) => [eventSource, call] as const)))(
    'of %s are those that the watch tells at once: %j',
    (eventSource, test) => {
      const known = KNOWN.get(eventSource) ?? [];
      expect(known.filter((call) => takes(test, call))).not.toEqual([]);
    },
  );

  it('are told by the watch too, but for those that only the logs tell', () => {
    const untold = [...KNOWN].flatMap(([eventSource, calls]) => {
      const watched = WATCHED.filter((row) => row.eventSource === eventSource).flatMap((row) => row.calls);
      return calls.filter((call) => !watched.some((test) => takes(test, call)));
    });
    expect(new Set(untold)).toEqual(new Set(Object.values(ONLY_IN_LOGS).flat()));
  });
});
