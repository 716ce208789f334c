import type { Allowlist, InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { findAskedMapping } from '../../../core/allowlist/asked-mapping.ts';

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:orders';
const MAPPING = 'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:m1';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';
const CALLER = { kind: 'eventSourceMapping', mappingArn: MAPPING } as const;

const listing = (eventSourceMapping: string, pointer = '/functions/0/invokers/0'): InvokerEntry => ({
  kind: 'eventSourceMapping',
  pointer,
  eventSourceMapping,
});

function compose(
  invokers: readonly InvokerEntry[],
  breakGlass: readonly InvokerEntry[] = [],
  name = 'orders',
): Allowlist {
  return {
    version: 1,
    trail: { functions: 'all' },
    alerts: { emails: [] },
    functions: [{ pointer: '/functions/0', selector: { kind: 'name', name }, mode: 'enforce', invokers }],
    breakGlass,
  };
}

describe('the mapping whose source decides', () => {
  it('is the one that called, where an entry lists a source', () => {
    expect(findAskedMapping(CALLER, FUNCTION_ARN, compose([listing(QUEUE)]))).toBe(MAPPING);
    expect(findAskedMapping(CALLER, FUNCTION_ARN, compose([], [listing(QUEUE, '/breakGlass/0')]))).toBe(
      MAPPING,
    );
  });

  it.each<[string, Parameters<typeof findAskedMapping>]>([
    ['another kind of caller', [{ kind: 'anonymous' }, FUNCTION_ARN, compose([listing(QUEUE)])]],
    ['a list of mappings by their own ARNs', [CALLER, FUNCTION_ARN, compose([listing(MAPPING)])]],
    ['an empty list', [CALLER, FUNCTION_ARN, compose([])]],
    ['a function that is not guarded', [CALLER, FUNCTION_ARN, compose([listing(QUEUE)], [], 'other')]],
    ['a function that is not known', [CALLER, null, compose([listing(QUEUE)])]],
  ])('is none for %s', (_, [caller, functionArn, allowlist]) => {
    expect(findAskedMapping(caller, functionArn, allowlist)).toBeNull();
  });
});
