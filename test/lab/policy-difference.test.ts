import { listSids, showPolicyDifference } from '../../lab/policy-difference.ts';

describe('the difference of two policies', () => {
  const stays = { Sid: 'stays', Effect: 'Allow' };
  const before = { Statement: [stays, { Sid: 'goes', Effect: 'Allow' }] };
  const after = { Statement: [{ Sid: 'comes', Effect: 'Deny' }, stays] };

  it('shows what stays, what goes and what comes', () => {
    expect(showPolicyDifference(before, after)).toBe(
      '  {"Sid":"stays","Effect":"Allow"}\n- {"Sid":"goes","Effect":"Allow"}\n+ {"Sid":"comes","Effect":"Deny"}',
    );
  });

  it('shows a statement that kept its Sid and changed its meaning on both sides', () => {
    const widened = { Statement: [{ ...stays, Principal: '*' }] };
    expect(showPolicyDifference({ Statement: [stays] }, widened)).toBe(
      '- {"Sid":"stays","Effect":"Allow"}\n+ {"Sid":"stays","Effect":"Allow","Principal":"*"}',
    );
  });

  it('lists the Sids in order', () => {
    expect(listSids(before)).toEqual(['goes', 'stays']);
  });
});
