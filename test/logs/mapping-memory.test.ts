import { createMappingMemory } from '../../logs/mapping-memory.ts';

const nameMapping = (last: number): string =>
  `arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:00000000-0000-4000-8000-00000000000${last}`;
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';

function composeChange(last: number, eventSourceArn = QUEUE): Record<string, unknown> {
  return {
    eventSource: 'lambda.amazonaws.com',
    eventName: 'CreateEventSourceMapping20150331',
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    responseElements: { uUID: nameMapping(last).split(':').at(-1), eventSourceArn },
  };
}

describe('what logs teach about mappings', () => {
  it('is told once, and kept', () => {
    const memory = createMappingMemory();
    expect(memory.learn(composeChange(1))).toBe(nameMapping(1));
    expect(memory.learn(composeChange(1))).toBeUndefined();
    expect(memory.learn({ eventSource: 'lambda.amazonaws.com', eventName: 'Invoke' })).toBeUndefined();
    expect([...memory.sources]).toEqual([[nameMapping(1), QUEUE]]);
  });

  it('stays what it was: a source cannot change', () => {
    const memory = createMappingMemory();
    memory.learn(composeChange(1));
    memory.learn(composeChange(1, `${QUEUE}-2`));
    expect(memory.sources.get(nameMapping(1))).toBe(QUEUE);
  });

  it('ends at the number asked for: the first is forgotten', () => {
    const memory = createMappingMemory(2);
    for (const last of [1, 2, 3]) memory.learn(composeChange(last));
    expect([...memory.sources.keys()]).toEqual([nameMapping(2), nameMapping(3)]);
  });
});
