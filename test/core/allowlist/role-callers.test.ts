import { findRoleCaller, ROLE_CALLERS } from '../../../core/allowlist/role-callers.ts';

describe('the table of services that do not simply call as themselves', () => {
  it.each(ROLE_CALLERS)('has $service once, with its origin in the AWS documentation', (row) => {
    expect(ROLE_CALLERS.filter(({ service }) => service === row.service)).toEqual([row]);
    expect(row.service).toMatch(/^[a-z0-9.-]+\.amazonaws\.com$/);
    expect(row.origin).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });

  it('finds a service of China by its name elsewhere', () => {
    expect(findRoleCaller('states.amazonaws.com.cn')).toMatchObject({ calls: 'withRole' });
  });

  it.each(['appsync', 'apigateway', 'events'])('knows that %s calls either way', (name) => {
    expect(findRoleCaller(`${name}.amazonaws.com`)).toMatchObject({ calls: 'eitherWay' });
  });

  it.each(['s3', 'sns', 'cognito-idp'])('says nothing of %s, which calls as itself', (name) => {
    expect(findRoleCaller(`${name}.amazonaws.com`)).toBeUndefined();
  });
});
