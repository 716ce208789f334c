import * as fc from 'fast-check';
import type { InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { listCandidates } from '../../../core/allowlist/invoker-index.ts';
import { matchEntry } from '../../../core/allowlist/invoker-match.ts';
import type { Caller } from '../../../core/caller/caller.ts';

// Few values of everything, so that callers and entries meet often; more entries than a list that is gone through.
const account = fc.constantFrom('111122223333', '444455556666');
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const pattern = fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom('*', '?'));
const composeArn = (kind: 'role' | 'user', part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(account, part).map(([owner, text]) => `arn:aws:iam::${owner}:${kind}/${text}`);
const MAPPING = 'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:1';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:q';
const source = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    part.map((text) => `arn:aws:s3:::${text}`),
    fc.constantFrom(QUEUE, MAPPING),
  );
const service = fc.constantFrom('s3.amazonaws.com', 's3.eu-west-1.amazonaws.com', 'lambda.amazonaws.com');
const optional = { requiredKeys: ['kind', 'service'] } satisfies fc.RecordConstraints<'kind' | 'service'>;

const invokerEntry: fc.Arbitrary<InvokerEntry> = fc
  .oneof(
    fc.record(
      {
        kind: fc.constant('service' as const),
        service,
        sourceArn: source(pattern),
        sourceAccount: account,
      },
      optional,
    ),
    fc.record({ kind: fc.constant('role' as const), role: composeArn('role', pattern) }),
    fc.record({ kind: fc.constant('user' as const), user: composeArn('user', pattern) }),
    fc.record({ kind: fc.constant('account' as const), account }),
    fc.record({
      kind: fc.constant('eventSourceMapping' as const),
      eventSourceMapping: fc.constantFrom(MAPPING, QUEUE, 'arn:aws:sqs:*:111122223333:*'),
    }),
    fc.constant({ kind: 'functionUrl' as const, functionUrl: 'public' as const }),
  )
  .map((entry) => ({ ...entry, pointer: '' }));

const caller: fc.Arbitrary<Caller> = fc.oneof(
  fc.record(
    { kind: fc.constant('service' as const), service, sourceArn: source(name), sourceAccount: account },
    optional,
  ),
  fc.record({ kind: fc.constant('role' as const), roleArn: composeArn('role', name) }),
  fc.record({ kind: fc.constant('user' as const), userArn: composeArn('user', name) }),
  fc.record({ kind: fc.constantFrom('root' as const, 'account' as const), account }),
  account.map((owner) => ({
    kind: 'federated' as const,
    account: owner,
    arn: `arn:aws:sts::${owner}:federated-user/a`,
  })),
  fc.constant({ kind: 'anonymous' as const }),
  fc.constant({ kind: 'eventSourceMapping' as const, mappingArn: MAPPING }),
);

const CALL = {
  requestParameters: 'present',
  qualifier: null,
  sourceIPAddress: null,
  vpcEndpointId: null,
} as const;

describe('listCandidates', () => {
  it('leaves out only entries that do not match, and keeps the order of the others', () => {
    fc.assert(
      fc.property(fc.array(invokerEntry, { minLength: 30, maxLength: 40 }), caller, (entries, who) => {
        const answers = (list: readonly InvokerEntry[]): readonly InvokerEntry[] =>
          list.filter(
            (entry) => matchEntry(entry, who, CALL, new Map([[MAPPING, QUEUE]])).kind !== 'noMatch',
          );
        expect(answers(listCandidates(entries, who))).toEqual(answers(entries));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves nearly all of a long list out for a role that it lists', () => {
    const entries = Array.from({ length: 1000 }, (_, index): InvokerEntry => {
      return { kind: 'role', pointer: `/${index}`, role: `arn:aws:iam::111122223333:role/r${index}` };
    });
    const roleArn = 'arn:aws:iam::111122223333:role/r700';
    expect(listCandidates(entries, { kind: 'role', roleArn })).toEqual([entries[700]]);
  });
});
