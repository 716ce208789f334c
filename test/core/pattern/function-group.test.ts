import type { CallerAtom } from '../../../core/pattern/caller-atom.ts';
import { makeCallerSet } from '../../../core/pattern/caller-atom.ts';
import { groupMembers } from '../../../core/pattern/function-group.ts';
import type { FunctionMatcher } from '../../../core/pattern/function-matcher.ts';

const OWN: CallerAtom = { kind: 'account', account: '111122223333', key: 'account|111122223333' };
const OTHER: CallerAtom = { kind: 'account', account: '444455556666', key: 'account|444455556666' };
const ORDERS: FunctionMatcher = { kind: 'suffix', suffix: ':orders' };
const INVOICES: FunctionMatcher = { kind: 'suffix', suffix: ':invoices' };
const EVERY: FunctionMatcher = { kind: 'anyBut', but: [] };

const member = (matcher: FunctionMatcher, ...atoms: readonly CallerAtom[]) => ({
  matcher,
  callers: makeCallerSet(atoms),
});

describe('functions are grouped', () => {
  it('by their callers, in the order of first appearance', () => {
    const groups = groupMembers([member(ORDERS, OWN), member(INVOICES, OWN)]);
    expect(groups).toEqual([{ matchers: [ORDERS, INVOICES], callers: makeCallerSet([OWN]) }]);
  });

  it('so that one matcher stands in one group only, with the callers that all of its entries list', () => {
    const groups = groupMembers([
      member(EVERY, OWN, OTHER),
      member(ORDERS, OWN, OTHER),
      member(EVERY, OTHER),
    ]);
    expect(groups).toEqual([
      { matchers: [EVERY], callers: makeCallerSet([OTHER]) },
      { matchers: [ORDERS], callers: makeCallerSet([OWN, OTHER]) },
    ]);
  });

  it('apart from functions of the same callers that take a wildcard', () => {
    const wild: FunctionMatcher = { kind: 'wildcard', wildcard: '*:function:o*s' };
    expect(groupMembers([member(ORDERS, OWN), member(wild, OWN)])).toHaveLength(2);
  });
});
