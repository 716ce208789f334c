import { composeContext, MODELLED_KEYS, SITE_KEYS } from '../../../core/evaluator/context.ts';
import { DOUBTFUL_KEYS, listContextVariants } from '../../../core/evaluator/doubtful-keys.ts';
import type { RequestPrincipal } from '../../../core/evaluator/request.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const ACCOUNT = '111122223333';
const SERVICE: RequestPrincipal = { kind: 'service', service: 's3.amazonaws.com' };
const ROLE: RequestPrincipal = {
  kind: 'role',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/team/ci`,
  sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/ci/run-1`,
  account: ACCOUNT,
};
const CALL = { action: 'lambda:InvokeFunction', entrance: 'api', now: NOW } as const;
const SOURCE = { sourceArn: 'arn:aws:s3:::uploads', sourceAccount: ACCOUNT };

describe('composeContext', () => {
  it('gives a service its name and its source, and no principal ARN', () => {
    expect(Object.fromEntries(composeContext(SERVICE, { ...CALL, ...SOURCE }))).toEqual({
      'aws:currenttime': ['2026-11-21T00:00:00.000Z'],
      'aws:epochtime': ['1795219200'],
      'aws:principalisawsservice': ['true'],
      'aws:principalservicename': ['s3.amazonaws.com'],
      'aws:sourcearn': ['arn:aws:s3:::uploads'],
      'aws:sourceaccount': [ACCOUNT],
    });
  });

  it('gives a session the ARN of its role, and no source', () => {
    const context = composeContext(ROLE, { ...CALL, ...SOURCE });
    expect(context.get('aws:principalarn')).toEqual([ROLE.kind === 'role' ? ROLE.roleArn : '']);
    expect(context.has('aws:sourcearn')).toBe(false);
  });

  it('gives an anonymous caller the account `anonymous` and the authentication type of the URL', () => {
    const context = composeContext(
      { kind: 'anonymous' },
      { action: 'lambda:InvokeFunctionUrl', entrance: 'urlWithoutAuth', now: NOW },
    );
    expect(context.get('aws:principalaccount')).toEqual(['anonymous']);
    expect(context.has('aws:principalisawsservice')).toBe(false);
    expect(context.get('lambda:functionurlauthtype')).toEqual(['NONE']);
  });

  it('uses modelled keys only, so that a key that it leaves out is known to be absent', () => {
    for (const principal of [SERVICE, ROLE]) {
      for (const key of composeContext(principal, { ...CALL, ...SOURCE }).keys()) {
        expect(MODELLED_KEYS).toContain(key);
      }
    }
  });

  it('says where a call comes from only where that is given, and then which keys are certainly absent', () => {
    const open = composeContext(ROLE, CALL);
    expect(SITE_KEYS.filter((key) => open.has(key))).toEqual([]);
    const near = Object.fromEntries(composeContext(ROLE, { ...CALL, sourceIp: '203.0.113.7' }));
    expect(near).toMatchObject({
      'aws:sourceip': ['203.0.113.7'],
      'aws:vpcsourceip': [],
      'aws:sourcevpce': [],
      'aws:viaawsservice': ['false'],
    });
    const inside = { ...CALL, sourceIp: '10.0.0.7', vpcEndpoint: 'vpce-0123456789abcdef0' };
    expect(Object.fromEntries(composeContext(ROLE, inside))).toMatchObject({
      'aws:sourceip': [],
      'aws:vpcsourceip': ['10.0.0.7'],
      'aws:sourcevpce': ['vpce-0123456789abcdef0'],
    });
    expect(SITE_KEYS.some((key) => composeContext(SERVICE, inside).has(key))).toBe(false);
  });

  it('doubts no key that it never decides on', () => {
    const decided = new Set<string>([...MODELLED_KEYS, ...SITE_KEYS]);
    expect(DOUBTFUL_KEYS.filter(({ key }) => !decided.has(key))).toEqual([]);
  });
});

describe('listContextVariants', () => {
  it('leaves out every combination of the doubtful keys of a service, the full context first', () => {
    const context = composeContext(SERVICE, { ...CALL, ...SOURCE });
    const variants = listContextVariants(context, SERVICE);
    expect(variants).toHaveLength(16);
    expect(variants[0]).toBe(context);
    expect(new Set(variants.map((one) => [...one.keys()].join())).size).toBe(16);
    expect(variants.every((one) => one.has('aws:currenttime'))).toBe(true);
  });

  it('keeps a key of the place without a value, so that it is known to be absent', () => {
    const context = composeContext(ROLE, { ...CALL, sourceIp: '203.0.113.7' });
    const addresses = listContextVariants(context, ROLE).map((one) => one.get('aws:sourceip'));
    expect(addresses).toHaveLength(8);
    expect(addresses.filter((values) => values?.length === 0)).toHaveLength(4);
    expect(addresses).not.toContain(undefined);
  });

  it('leaves the keys alone that are doubtful for others only', () => {
    const variants = listContextVariants(composeContext(ROLE, CALL), ROLE);
    expect(variants).toHaveLength(2);
    expect(variants.every((one) => one.has('aws:principalarn'))).toBe(true);
  });
});
