import { readFileSync } from 'node:fs';
import { findRoleCaller, ROLE_CALLERS } from '../../../core/allowlist/role-callers.ts';

describe('the table of services that do not simply call as themselves', () => {
  it.each(ROLE_CALLERS)('has $service once, with its origin in the AWS documentation', (row) => {
    expect(ROLE_CALLERS.filter(({ service }) => service === row.service)).toEqual([row]);
    expect(row.service).toMatch(/^[a-z0-9.-]+\.amazonaws\.com$/);
    expect(row.origin).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });

  it.each([
    'states.amazonaws.com.cn',
    'states.eu-west-1.amazonaws.com',
    'states.cn-north-1.amazonaws.com.cn',
  ])('finds a service by its name elsewhere, %s', (service) => {
    expect(findRoleCaller(service)).toMatchObject({ service: 'states.amazonaws.com', calls: 'withRole' });
  });

  it('is told in docs/allowlist.md row for row', () => {
    const told = readFileSync('docs/allowlist.md', 'utf8').match(/^\| `[a-z0-9.-]+\.amazonaws\.com` \|.*$/gm);
    expect(told).toEqual(
      (['withRole', 'eitherWay', 'polledByLambda'] as const).flatMap((calls) =>
        ROLE_CALLERS.filter((row) => row.calls === calls).map(
          ({ service, lookFor, origin }) => `| \`${service}\` | ${lookFor} | [AWS](${origin}) |`,
        ),
      ),
    );
  });

  it.each(['appsync', 'apigateway', 'events'])('knows that %s calls either way', (name) => {
    expect(findRoleCaller(`${name}.amazonaws.com`)).toMatchObject({ calls: 'eitherWay' });
  });

  it.each(['s3', 'sns', 'cognito-idp'])('says nothing of %s, which calls as itself', (name) => {
    expect(findRoleCaller(`${name}.amazonaws.com`)).toBeUndefined();
  });
});
