import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { composeApp } from '../../infra/guard-app.ts';
import { removeFolders, synthApp, writeAllowlist } from './stacks.ts';

afterAll(removeFolders);

const ALLOWLIST = `
version: 1
functions:
  - name: thumbnailer
    invokers:
      - role: arn:aws:iam::111122223333:role/ci-deploy
`;
const config = (): string => writeAllowlist(ALLOWLIST);
const GUARD_BUS = {
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-west-1:111122223333:event-bus/default']],
};

describe('what other Regions hear of', () => {
  const stacks = synthApp({ config: config(), forward: 'on' });
  const template = Template.fromJSON(
    stacks.get('InvokeguardForward-us-east-1-to-eu-west-1')?.toJSON() ?? { Resources: {} },
  );

  it('is sent on from where IAM is recorded to the bus of the guard, whatever was changed', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: 'invokeguard-forward-eu-west-1',
      State: 'ENABLED',
      EventPattern: { source: ['aws.iam'], 'detail-type': ['AWS API Call via CloudTrail'] },
      Targets: [{ Id: 'GuardRegion', Arn: GUARD_BUS, RoleArn: Match.anyValue() }],
    });
  });

  it('is sent by a role that only this rule may use, and for nothing but events to that bus', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'events.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111122223333' },
              ArnEquals: {
                'aws:SourceArn': {
                  'Fn::Join': [
                    '',
                    [
                      'arn:',
                      { Ref: 'AWS::Partition' },
                      ':events:us-east-1:111122223333:rule/invokeguard-forward-eu-west-1',
                    ],
                  ],
                },
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: GUARD_BUS }],
          },
        },
      ],
    });
  });

  it('is looked at by a rule of the guard: changes of the listed role', () => {
    const rules = JSON.stringify(stacks.get('Invokeguard')?.findResources('AWS::Events::Rule'));
    expect(rules).toContain('"equals-ignore-case":"ci-deploy"');
    const unheard = JSON.stringify(
      synthApp({ config: config() }).get('Invokeguard')?.findResources('AWS::Events::Rule'),
    );
    expect(unheard).not.toContain('"equals-ignore-case":"ci-deploy"');
  });

  it('is the trail too, where it is at home in another Region, by one rule for both or one in each', () => {
    const trail = (region: string): string => `arn:aws:cloudtrail:${region}:111122223333:trail/main`;
    const sources = (region: string): Readonly<Record<string, unknown>> =>
      Object.fromEntries(
        [...synthApp({ config: config(), forward: 'on', trail: trail(region) })].flatMap(
          ([name, template]) =>
            name.startsWith('InvokeguardForward')
              ? Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => [
                  name,
                  (Properties as { EventPattern: { source: unknown } }).EventPattern.source,
                ])
              : [],
        ),
      );
    expect(sources('us-east-1')).toEqual({
      'InvokeguardForward-us-east-1-to-eu-west-1': ['aws.iam', 'aws.cloudtrail'],
    });
    expect(sources('eu-central-1')).toEqual({
      'InvokeguardForward-us-east-1-to-eu-west-1': ['aws.iam'],
      'InvokeguardForward-eu-central-1-to-eu-west-1': ['aws.cloudtrail'],
    });
    expect(sources('eu-west-1')).toEqual({ 'InvokeguardForward-us-east-1-to-eu-west-1': ['aws.iam'] });
  });

  it('is not asked for without the Region of the guard', () => {
    const app = new App({ context: { config: config(), forward: 'on' } });
    expect(() => composeApp(app, { env: {} })).toThrow(
      '`forward` is `on`, which needs the Region of the guard',
    );
  });

  it('is left where it is unless it is asked for', () => {
    expect([...synthApp({ config: config() }).keys()].join()).not.toContain('Forward');
  });
});
