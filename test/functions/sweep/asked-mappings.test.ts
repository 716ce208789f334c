import { AskedMappings } from '../../../functions/sweep/asked-mappings.ts';
import { InMemoryMappings } from '../../containment/in-memory-ports.ts';

const MAPPING =
  'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0f0e0d0c-0000-4000-8000-000000000000';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';

describe('a mapping in a log file', () => {
  it('that Lambda does not know is asked for once', async () => {
    const lambda = new InMemoryMappings();
    const mappings = new AskedMappings(lambda);
    expect([await mappings.readSource(MAPPING), await mappings.readSource(MAPPING)]).toEqual([null, null]);
    expect(lambda.reads).toBe(1);
  });

  it('that Lambda knows is told, and disabled as ever', async () => {
    const lambda = new InMemoryMappings();
    lambda.sources.set(MAPPING, QUEUE);
    const mappings = new AskedMappings(lambda);
    expect(await mappings.readSource(MAPPING)).toBe(QUEUE);
    expect(await mappings.disableMapping(MAPPING)).toEqual({ kind: 'disabled' });
  });
});
