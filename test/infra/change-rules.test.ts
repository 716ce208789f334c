import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { compileAllowlist } from '../../config/allowlist-file.ts';
import { listGuardFunctionArns } from '../../core/guard.ts';
import type { JsonObject } from '../../core/json.ts';
import { composeChangePatterns } from '../../core/pattern/change-patterns.ts';
import { openEnvelope } from '../../core/record/envelope.ts';
import { learnMapping } from '../../core/record/learnt-mapping.ts';
import { matchPattern, readyEvent, readyPattern } from '../event-ruler/pattern-matcher.ts';
import {
  ACCOUNT,
  arnOf,
  findLogicalId,
  IRELAND,
  makeFolder,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthGuard,
} from './stacks.ts';

afterAll(removeFolders);

const ROLE_LISTED = {
  ...ONE_FUNCTION,
  functions: [{ name: 'thumbnailer', invokers: [{ role: `arn:aws:iam::${ACCOUNT}:role/ci-deploy` }] }],
};

interface RuleProperties {
  readonly Name: string;
  readonly EventPattern: JsonObject;
}

/** The rules for changes, in the order of their names. */
function listRules(template: Template): readonly RuleProperties[] {
  const rules = template.findResources('AWS::Events::Rule', {
    Properties: { Name: Match.stringLikeRegexp('^invokeguard-changes-') },
  });
  return Object.values(rules).map(({ Properties }) => Properties as RuleProperties);
}

/** The pattern as CloudFormation resolves it in Ireland. */
function resolve(pattern: JsonObject): JsonObject {
  const text = JSON.stringify(pattern).replaceAll(
    /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g,
    '"arn:aws$1"',
  );
  return JSON.parse(text) as JsonObject;
}

describe('the rules for changes', () => {
  it('are numbered, enabled, on the default bus, and send to the queue of records or the dead letters', () => {
    const template = synthGuard();
    const rules = listRules(template);
    expect(rules).toHaveLength(2);
    rules.forEach((properties, index) => {
      expect(properties).toEqual({
        Name: `invokeguard-changes-${index + 1}`,
        Description: expect.any(String),
        State: 'ENABLED',
        EventPattern: expect.anything(),
        Targets: [
          {
            Id: 'Queue',
            Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardQueue')),
            DeadLetterConfig: { Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardDeadLetters')) },
          },
        ],
      });
    });
  });

  it('are what the core composes, with the guard’s own functions left out by their exact names and ARNs', () => {
    const reading = compileAllowlist(ONE_FUNCTION, 'allowlist');
    if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
    const exclude = listGuardFunctionArns({ partition: 'aws', region: 'eu-west-1', account: ACCOUNT });
    const patterns = composeChangePatterns({
      allowlist: reading.allowlist,
      exclude,
      iamEvents: 'elsewhere',
      characters: 2048,
    });
    expect(listRules(synthGuard()).map(({ EventPattern }) => resolve(EventPattern))).toEqual(patterns);
  });

  it.each([
    ['eu-west-1', 2],
    ['us-east-1', 3],
    ['cn-north-1', 3],
    ['cn-northwest-1', 2],
    ['us-gov-west-1', 3],
    ['us-gov-east-1', 2],
    ['eusc-de-east-1', 3],
  ])('hear of listed roles where IAM’s events come: in %s there are %d', (region, count) => {
    const stack = makeStack({ ...IRELAND, region });
    expect(listRules(synthGuard({ allowlist: ROLE_LISTED }, stack))).toHaveLength(count);
  });

  it('hear of listed roles in a stack for any Region', () => {
    const stack = new Stack(new App({ outdir: makeFolder() }), 'Test');
    expect(listRules(synthGuard({ allowlist: ROLE_LISTED }, stack))).toHaveLength(3);
  });

  it('miss no event source mapping that the core learns from', () => {
    const ready = listRules(synthGuard()).map(({ EventPattern }) => readyPattern(resolve(EventPattern)));
    const cases = JSON.parse(readFileSync('test/cases/record/learnt-mappings.json', 'utf8')) as readonly {
      readonly given: unknown;
    }[];
    const taught = cases.flatMap(({ given }) => {
      const opened = openEnvelope(given);
      return opened.kind === 'record' && learnMapping(given) !== undefined ? [opened.record] : [];
    });
    expect(taught.length).toBeGreaterThan(5);
    for (const detail of taught) {
      const event = { source: 'aws.lambda', 'detail-type': 'AWS API Call via CloudTrail', detail };
      expect(ready.some((pattern) => matchPattern(pattern, readyEvent(event)))).toBe(true);
    }
  });
});
