import type { Allowlist, InvokerEntry } from '../../../core/allowlist/allowlist.ts';

const OWN = 'arn:aws:iam::111122223333';

function guard(
  index: number,
  name: string,
  mode: 'observe' | 'enforce',
  invokers: readonly InvokerEntry[],
): Allowlist['functions'][number] {
  return { pointer: `/functions/${index}`, selector: { kind: 'name', name }, mode, invokers };
}

/** The list by which the cases of changes are judged. */
export const CHANGE_ALLOWLIST: Allowlist = {
  version: 1,
  trail: { functions: 'guarded' },
  alerts: { emails: [] },
  functions: [
    guard(0, 'thumbnailer', 'observe', [
      {
        pointer: '/functions/0/invokers/0',
        kind: 'service',
        service: 's3.amazonaws.com',
        sourceArn: 'arn:aws:s3:::uploads',
        sourceAccount: '111122223333',
      },
      { pointer: '/functions/0/invokers/1', kind: 'role', role: `${OWN}:role/ci-deploy` },
      { pointer: '/functions/0/invokers/2', kind: 'role', role: `${OWN}:role/team/*` },
      { pointer: '/functions/0/invokers/3', kind: 'account', account: '444455556666' },
      {
        pointer: '/functions/0/invokers/4',
        kind: 'role',
        role: `${OWN}:role/contractor`,
        expires: '2026-06-01T00:00:00Z',
      },
      {
        pointer: '/functions/0/invokers/5',
        kind: 'role',
        role: `${OWN}:role/narrow`,
        narrowing: { qualifier: ['live'] },
      },
      {
        pointer: '/functions/0/invokers/6',
        kind: 'eventSourceMapping',
        eventSourceMapping: 'arn:aws:sqs:eu-west-1:111122223333:orders',
      },
      {
        pointer: '/functions/0/invokers/7',
        kind: 'eventSourceMapping',
        eventSourceMapping:
          'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:11111111-0000-4000-8000-000000000000',
      },
    ]),
    guard(1, 'website', 'observe', [
      { pointer: '/functions/1/invokers/0', kind: 'functionUrl', functionUrl: 'public' },
    ]),
    guard(2, 'billing', 'enforce', [
      {
        pointer: '/functions/2/invokers/0',
        kind: 'service',
        service: 's3.amazonaws.com',
        sourceArn: 'arn:aws:s3:::uploads',
        sourceAccount: '111122223333',
      },
      { pointer: '/functions/2/invokers/1', kind: 'user', user: `${OWN}:user/ops` },
    ]),
  ],
  breakGlass: [{ pointer: '/breakGlass/0', kind: 'role', role: `${OWN}:role/BreakGlass` }],
};
