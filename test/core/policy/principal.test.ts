import type { RequestPrincipal } from '../../../core/evaluator/request.ts';
import { matchNotPrincipal, matchPrincipal } from '../../../core/policy/principal.ts';
import cases from '../../cases/evaluator/principal.json' with { type: 'json' };

interface PrincipalCase {
  readonly name: string;
  readonly element: 'Principal' | 'NotPrincipal';
  readonly value: unknown;
  readonly principal: RequestPrincipal;
  readonly expected: unknown;
}

describe('matchPrincipal and matchNotPrincipal', () => {
  it.each((cases as unknown as readonly PrincipalCase[]).map((one) => [one.name, one] as const))(
    '%s',
    (_name, { element, value, principal, expected }) => {
      if (element === 'NotPrincipal') {
        expect(matchNotPrincipal(value, principal).kind).toBe(expected);
        return;
      }
      const { directly, byAccount } = matchPrincipal(value, principal);
      expect({ directly: directly.kind, byAccount: byAccount.kind }).toEqual(expected);
    },
  );
});
