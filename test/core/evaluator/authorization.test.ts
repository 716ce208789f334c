import * as fc from 'fast-check';
import { authorizeRequest, evaluatePolicy } from '../../../core/evaluator/authorization.ts';
import type { AccessDecision, AccessRequest } from '../../../core/evaluator/request.ts';
import type { PolicyDocument, PolicyStatement } from '../../../core/policy/document.ts';
import cases from '../../cases/evaluator/authorization.json' with { type: 'json' };

interface AuthorizationCase {
  readonly name: string;
  readonly policy: PolicyDocument | null;
  readonly request: Omit<AccessRequest, 'context'> & {
    readonly context: Readonly<Record<string, readonly string[]>>;
  };
  readonly expected: Partial<AccessDecision>;
}

const CASES = (cases as unknown as readonly AuthorizationCase[]).map(({ request, ...rest }) => ({
  ...rest,
  request: { ...request, context: new Map(Object.entries(request.context)) } satisfies AccessRequest,
}));

describe('authorizeRequest', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_name, { policy, request, expected }) => {
    expect(authorizeRequest(policy, request)).toMatchObject(expected);
  });
});

const statement: fc.Arbitrary<PolicyStatement> = fc.constantFrom(
  ...CASES.flatMap(({ policy }) => policy?.Statement ?? []),
);
const statements = fc.array(statement, { maxLength: 5 });
const request: fc.Arbitrary<AccessRequest> = fc
  .tuple(fc.constantFrom(...CASES.map((one) => one.request)), fc.constantFrom('allows', 'silent', 'denies'))
  .map(([given, identity]) => ({ ...given, identity }));

/** Refused, in doubt, let in. */
function rank(decision: AccessDecision): number {
  return decision.kind === 'allowed' ? 2 : decision.kind === 'undetermined' ? 1 : 0;
}

function document(list: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: list };
}

describe.each([
  ['authorizeRequest', authorizeRequest],
  ['evaluatePolicy', evaluatePolicy],
] as const)('laws of %s', (_name, decide) => {
  it('never allows more for one Deny more', () => {
    fc.assert(
      fc.property(statements, statement, request, (list, added, asked) => {
        const deny = { ...added, Effect: 'Deny' };
        return rank(decide(document([...list, deny]), asked)) <= rank(decide(document(list), asked));
      }),
    );
  });

  it('never allows less for one Allow more', () => {
    fc.assert(
      fc.property(statements, statement, request, (list, added, asked) => {
        const allow = { ...added, Effect: 'Allow' };
        return rank(decide(document([...list, allow]), asked)) >= rank(decide(document(list), asked));
      }),
    );
  });

  it('does not mind the order of statements', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        const turned = decide(document(list.toReversed()), asked);
        expect(turned.kind).toBe(decide(document(list), asked).kind);
      }),
    );
  });

  it('takes one text and a list of it for the same', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        const listed = list.map((one) =>
          Object.fromEntries(
            Object.entries(one).map(([key, value]) =>
              ['Action', 'NotAction', 'Resource', 'NotResource'].includes(key) && !Array.isArray(value)
                ? [key, [value]]
                : [key, value],
            ),
          ),
        );
        expect(decide(document(listed), asked)).toEqual(decide(document(list), asked));
      }),
    );
  });

  it('answers for a policy of garbage, without throwing', () => {
    const name = fc.constantFrom(
      'Effect',
      'Principal',
      'NotPrincipal',
      'Action',
      'Resource',
      'Condition',
      'x',
    );
    const garbage = fc.dictionary(
      name,
      fc.oneof(fc.jsonValue(), fc.constantFrom('Allow', 'Deny', '*', 'lambda:*')),
    );
    const odd = fc.array(
      fc.oneof(
        garbage,
        fc.tuple(statement, garbage).map(([a, b]) => ({ ...a, ...b })),
      ),
    );
    fc.assert(
      fc.property(odd, request, (list, asked) => {
        expect(['allowed', 'explicitlyDenied', 'implicitlyDenied', 'undetermined']).toContain(
          decide(document(list), asked).kind,
        );
      }),
    );
  });
});
