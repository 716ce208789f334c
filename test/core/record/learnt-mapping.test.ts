import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { identifyCaller, isMappingArn } from '../../../core/caller/caller.ts';
import { type LearntMapping, learnMapping } from '../../../core/record/learnt-mapping.ts';

interface Case {
  readonly name: string;
  readonly given: unknown;
  readonly expected: LearntMapping | null;
}

const CASES = JSON.parse(readFileSync('test/cases/record/learnt-mappings.json', 'utf8')) as readonly Case[];

describe('learnMapping', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_name, { given, expected }) => {
    expect(learnMapping(given) ?? null).toEqual(expected);
  });

  it('names the mapping as the record of its call does', () => {
    const learnt = learnMapping(CASES[0]?.given);
    const caller = identifyCaller({
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      sourceArn: learnt?.mappingArn ?? null,
      sourceAccount: null,
    });
    expect(caller).toEqual({ kind: 'eventSourceMapping', mappingArn: learnt?.mappingArn });
  });

  it('never throws, and teaches only mappings of the account and Region of the record', () => {
    const text = (...likely: string[]) => fc.oneof(fc.constantFrom(...likely), fc.jsonValue({ maxDepth: 1 }));
    const uuid = fc.oneof(fc.uuid(), fc.string());
    const source = text(
      'arn:aws:sqs:eu-west-1:111122223333:orders',
      'arn:aws-cn:kinesis:r:1:stream/s',
      'arn:',
    );
    const record = fc.record(
      {
        eventSource: text('lambda.amazonaws.com'),
        eventName: text('CreateEventSourceMapping20150331', 'DeleteEventSourceMapping20150331'),
        awsRegion: fc.constantFrom('eu-west-1', 'us-east-1'),
        recipientAccountId: fc.constantFrom('111122223333', '999999999999'),
        responseElements: fc.oneof(
          { weight: 9, arbitrary: fc.record({ uUID: uuid, eventSourceArn: source }) },
          { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
        ),
      },
      { requiredKeys: ['awsRegion', 'recipientAccountId'] },
    );
    let taught = 0;
    fc.assert(
      fc.property(record, (input) => {
        const learnt = learnMapping(input);
        if (learnt === undefined) return;
        taught += 1;
        expect(isMappingArn(learnt.mappingArn)).toBe(true);
        const [, , , region, account] = learnt.mappingArn.split(':');
        expect([region, account]).toEqual([input.awsRegion, input.recipientAccountId]);
      }),
      { seed: 5, numRuns: 1_000 },
    );
    expect(taught).toBeGreaterThan(20);
  });
});
