import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { openEnvelope } from '../../core/record/envelope.ts';
import { learnMapping } from '../../core/record/learnt-mapping.ts';
import { arnOf, findLogicalId, removeFolders, synthGuard } from './stacks.ts';

afterAll(removeFolders);

const PREFIXES = ['CreateEventSourceMapping', 'UpdateEventSourceMapping', 'DeleteEventSourceMapping'];

describe('the rule for event source mappings', () => {
  it('sends what was made, changed or deleted to the queue of records, and nothing that failed', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      State: 'ENABLED',
      EventPattern: {
        source: ['aws.lambda'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['lambda.amazonaws.com'],
          eventName: PREFIXES.map((prefix) => ({ prefix })),
          errorCode: [{ exists: false }],
        },
      },
      Targets: [
        Match.objectLike({
          Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardQueue')),
          DeadLetterConfig: { Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardDeadLetters')) },
          InputTransformer: Match.absent(),
        }),
      ],
    });
  });

  it('misses nothing that the core learns from', () => {
    const cases = JSON.parse(readFileSync('test/cases/record/learnt-mappings.json', 'utf8')) as readonly {
      readonly given: unknown;
    }[];
    const taught = cases.flatMap(({ given }) => {
      const opened = openEnvelope(given);
      return opened.kind === 'record' && learnMapping(given) !== undefined ? [opened.record] : [];
    });
    expect(taught.length).toBeGreaterThan(5);
    for (const { eventName, errorCode } of taught) {
      expect(PREFIXES.some((prefix) => String(eventName).startsWith(prefix))).toBe(true);
      expect(errorCode).toBeUndefined();
    }
  });
});
