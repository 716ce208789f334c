import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../core/json.ts';
import { EVENTBRIDGE_LIMITS } from '../../../core/pattern/compiled-patterns.ts';
import { holdsWildcard, measure } from '../../../core/pattern/event-pattern.ts';
import { listWatchedCalls } from '../../../core/pattern/watch-catalogue.ts';
import {
  type CallOutcome,
  composeWatchPatterns,
  WatchPatternTooLongError,
} from '../../../core/pattern/watch-patterns.ts';
import { composeWatchMessage } from '../../../core/pattern/watch-text.ts';
import type { WatchedParts } from '../../../core/pattern/watched-call.ts';
import cases from '../../cases/watch/calls.json' with { type: 'json' };
import { describeWithRuler, type EventRuler } from '../../event-ruler/event-ruler.ts';
import { transformInput } from '../../event-ruler/input-transformer.ts';
import { matchPattern, readyEvent, readyPattern } from '../../event-ruler/pattern-matcher.ts';

/** A call on one of the parts below, or on none: handwritten after AWS's documentation and the records of others. */
interface WatchCase {
  readonly name: string;
  readonly given: JsonObject;
  readonly expected: { readonly outcome: CallOutcome | null; readonly says?: readonly string[] };
}

const CASES = cases as readonly WatchCase[];

const PARTS: WatchedParts = {
  trails: [{ name: 'invokeguard', arn: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/invokeguard' }],
  buckets: ['invokeguardtrail-logs'],
  keyIds: ['1234abcd-12ab-34cd-56ef-1234567890ab'],
  fixedNames: { partition: 'aws', region: 'eu-west-1', account: '111122223333' },
  rules: ['Invokeguard-GuardDaily-ABC'],
  mappings: ['0f1e2d3c-0000-4000-8000-00000000000a'],
  queues: ['111122223333/Invokeguard-GuardQueue', '111122223333/Invokeguard-GuardDeadLetters'],
  topicArns: [
    'arn:aws:sns:eu-west-1:111122223333:Invokeguard-GuardAlerts',
    'arn:aws:sns:eu-west-1:111122223333:invokeguard-watch',
  ],
  tables: ['Invokeguard-GuardLedger'],
  tableArns: ['arn:aws:dynamodb:eu-west-1:111122223333:table/Invokeguard-GuardLedger'],
  logGroups: ['Invokeguard-GuardRemediatorLog'],
  alarms: ['Invokeguard-GuardErrors', 'Invokeguard-GuardBacklog'],
  stacks: [
    { name: 'Invokeguard', arnStem: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Invokeguard/' },
  ],
};

const WORDS = ['invokeguard', 'Invokeguard', '1234abcd-12ab-34cd-56ef-1234567890ab'];
const PATTERNS = composeWatchPatterns(listWatchedCalls(PARTS), { characters: 2048, words: WORDS });

/** The record as EventBridge hands it to its rules. */
function composeEvent(given: JsonObject): JsonObject {
  const service = String(given['eventSource']).split('.')[0] ?? '';
  const detail = {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      arn: 'arn:aws:iam::111122223333:user/mallory',
      accountId: '111122223333',
    },
    eventTime: '2026-11-21T14:00:00Z',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.9',
    eventID: '5e1f0000-0000-4000-8000-000000000001',
    recipientAccountId: '111122223333',
    responseElements: null,
    ...given,
  };
  return { source: `aws.${service}`, 'detail-type': 'AWS API Call via CloudTrail', detail };
}

/** Records of other people's accounts, where they lie beside the checkout. None of them is about this guard. */
function readRealRecords(): readonly JsonObject[] {
  const folder = join(import.meta.dirname, '../../../../shared/records');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as JsonObject);
}

/** What the patterns that match come to: no more than one may. */
function readOutcome(matched: readonly number[]): CallOutcome | null {
  const outcomes = matched.map((index) => PATTERNS[index]?.outcome ?? null);
  if (outcomes.length > 1) throw new Error(`${outcomes.length} rules match, so that the call is told twice`);
  return outcomes[0] ?? null;
}

function matchAll(event: JsonObject): readonly number[] {
  const ready = readyEvent(event);
  return PATTERNS.flatMap(({ pattern }, index) =>
    matchPattern(readyPattern(pattern), ready) ? [index] : [],
  );
}

describe('the patterns of the watch', () => {
  it.each(CASES)('$name', ({ given, expected }) => {
    const event = composeEvent(given);
    expect(readOutcome(matchAll(event))).toBe(expected.outcome);
    if (expected.outcome === null) return;
    const { paths, template } = composeWatchMessage(expected.outcome);
    const text = transformInput(event, paths, template);
    expect(text).not.toContain('undefined');
    for (const part of expected.says ?? []) expect(text).toContain(part);
  });

  it('match no record of other accounts', () => {
    expect(readRealRecords().filter((record) => matchAll(composeEvent(record)).length > 0)).toEqual([]);
  });

  it('fit into the quotas, and one of them only holds a wildcard', () => {
    expect(PATTERNS.filter(({ pattern }) => measure(pattern) > EVENTBRIDGE_LIMITS.characters)).toEqual([]);
    expect(PATTERNS.filter(({ pattern }) => holdsWildcard(pattern))).toHaveLength(1);
    expect(PATTERNS.length).toBeLessThanOrEqual(9);
  });

  it('tell every trail where nobody says which is the one', () => {
    const anyTrail = composeWatchPatterns(listWatchedCalls({ ...PARTS, trails: 'any' }), {
      characters: 2048,
      words: [],
    });
    const other = composeEvent({
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
      requestParameters: { name: 'other' },
    });
    expect(anyTrail.some(({ pattern }) => matchPattern(readyPattern(pattern), readyEvent(other)))).toBe(true);
    expect(matchAll(other)).toEqual([]);
  });

  it('take less room with a smaller quota, and stop where a name alone is longer', () => {
    const watched = listWatchedCalls(PARTS);
    const small = composeWatchPatterns(watched, { characters: 1024, words: [] });
    expect(small.filter(({ pattern }) => measure(pattern) > 1024)).toEqual([]);
    expect(small.length).toBeGreaterThan(PATTERNS.length);
    expect(() => composeWatchPatterns(watched, { characters: 100, words: [] })).toThrow(
      WatchPatternTooLongError,
    );
  });
});

describe('the texts of the watch', () => {
  it.each(['wentThrough', 'refused'] as const)(
    '%s: each line is quoted, and no value is free text',
    (outcome) => {
      const { paths, template } = composeWatchMessage(outcome);
      for (const line of template.split('\n')) expect(line).toMatch(/^"[^"\\]*"$/);
      expect(
        Object.values(paths).filter((path) => /userAgent|Message|olicy|\.request\w+$/.test(path)),
      ).toEqual([]);
      expect(Object.keys(paths).every((key) => template.includes(`<${key}>`))).toBe(true);
    },
  );
});

describeWithRuler("EventBridge's own matcher reads the patterns of the watch alike", (start) => {
  let ruler: EventRuler;
  beforeAll(() => {
    ruler = start();
  });
  afterAll(() => ruler.stop());

  it('takes them all, none of them says something twice, and none is too complex', async () => {
    const answer = await ruler.judge(
      PATTERNS.map(({ pattern }) => pattern),
      [],
    );
    expect(answer.refused).toEqual([]);
    expect(answer.repeated).toEqual([]);
    expect(Math.max(...answer.complexity)).toBeLessThan(100);
  });

  it('matches the cases as expected, and no record of other accounts', async () => {
    const real = readRealRecords().map(composeEvent);
    const answer = await ruler.judge(
      PATTERNS.map(({ pattern }) => pattern),
      [...CASES.map(({ given }) => composeEvent(given)), ...real],
    );
    const found = CASES.map(({ name }, index) => [name, readOutcome(answer.matches[index] ?? [])]);
    expect(found).toEqual(CASES.map(({ name, expected }) => [name, expected.outcome]));
    expect(answer.matches.slice(CASES.length).flat()).toEqual([]);
  });
});
