import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { InvocationGuard, type InvocationGuardProps } from '../../infra/invocation-guard.ts';
import { InvocationTrail } from '../../infra/invocation-trail.ts';
import {
  ACCOUNT,
  IRELAND,
  listRoleStatements,
  makeBundles,
  makeFolder,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthApp,
  synthGuard,
  synthTrail,
  writeAllowlist,
} from './stacks.ts';

afterAll(removeFolders);

const TRAIL_ARN = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/organization`;

function synthHeartbeat(props: Partial<InvocationGuardProps> = {}, stack: Stack = makeStack()): Template {
  return synthGuard({ heartbeat: 'on', ...props }, stack);
}

describe('the heartbeat', () => {
  it('calls a function that does nothing, with a role that may do nothing', () => {
    const template = synthHeartbeat();
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'invokeguard-heartbeat-target',
      Code: { ZipFile: 'exports.handler = async () => {};\n' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
    });
    expect(listRoleStatements(template, 'invokeguard-heartbeat-target')).toEqual([]);
  });

  it('runs every quarter of an hour by a rule with a name of the guard’s', () => {
    const template = synthHeartbeat();
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: 'invokeguard-heartbeat',
      ScheduleExpression: 'rate(15 minutes)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ InputTransformer: Match.anyValue() })],
    });
  });

  it('is told what to look at', () => {
    const template = synthHeartbeat({ existingTrailArn: TRAIL_ARN });
    const rules = template.findResources('AWS::Events::Rule', {
      Properties: { Name: Match.stringLikeRegexp('^invokeguard-invocations-') },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'invokeguard-heartbeat',
      Environment: {
        Variables: Match.objectLike({
          TRAIL_ARN,
          INVOCATION_RULES: String(Object.keys(rules).length),
          GUARD_NAME: 'invokeguard-remediator',
        }),
      },
    });
  });

  it('may call its target and look at queues, rules and the trail, and write nothing but ledger, alerts and log', () => {
    const statements = listRoleStatements(
      synthHeartbeat({ existingTrailArn: TRAIL_ARN }),
      'invokeguard-heartbeat',
    );
    const actions = statements.flatMap(({ Action }) => Action);
    expect([...actions].sort()).toEqual([
      'cloudtrail:GetEventSelectors',
      'cloudtrail:GetTrailStatus',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'events:ListRules',
      'events:ListTargetsByRule',
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sns:Publish',
      'sqs:GetQueueAttributes',
    ]);
    expect(statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual([
      'events:ListRules',
    ]);
    const onTrail = statements.find(({ Resource }) => Resource === TRAIL_ARN);
    expect(onTrail?.Action).toEqual(['cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus']);
  });

  it('has no rights on a trail that nobody named', () => {
    const statements = listRoleStatements(synthHeartbeat(), 'invokeguard-heartbeat');
    expect(JSON.stringify(statements)).not.toContain('cloudtrail');
  });

  it('raises an alarm for a beat that is lost, and tells where no more came back for an hour', () => {
    const template = synthHeartbeat();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HeartbeatLost',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('docs/runbook\\.md#heartbeat-lost$'),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HeartbeatSeen',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 900,
      EvaluationPeriods: 4,
      TreatMissingData: 'missing',
      InsufficientDataActions: [Match.anyValue()],
      AlarmActions: Match.absent(),
      AlarmDescription: Match.stringLikeRegexp('docs/runbook\\.md#heartbeat-missing$'),
    });
  });

  it('has its target logged by the trail', () => {
    const selectors = JSON.stringify(synthTrail({ heartbeat: 'on' }).findResources('AWS::CloudTrail::Trail'));
    expect(selectors).toContain('":function:invokeguard-heartbeat-target"');
  });

  it('is there unless it is switched off, and then nothing of it remains', () => {
    const config = writeAllowlist(JSON.stringify(ONE_FUNCTION));
    const on = synthApp({ config });
    expect(JSON.stringify(on.get('Invokeguard'))).toContain('rate(15 minutes)');
    expect(JSON.stringify(on.get('InvokeguardTrail'))).toContain('invokeguard-heartbeat-target');
    const off = synthApp({ config, heartbeat: 'none' });
    for (const template of off.values()) {
      const resources = Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>);
      // The dashboard has its graph, which stays empty.
      const text = JSON.stringify(resources.filter(({ Type }) => Type !== 'AWS::CloudWatch::Dashboard'));
      // The exact names of the guard's functions stand in selectors and patterns whether or not they are there.
      expect(text.replaceAll(/function:invokeguard-heartbeat"/g, '')).not.toMatch(
        /heartbeat-target|rate\(15|Heartbeat/,
      );
    }
  });

  it.each(['off', '', true])('is refused as `%s`', (heartbeat) => {
    expect(() => synthApp({ heartbeat })).toThrow('`heartbeat` is');
  });

  it('is refused where the trail of the same app would not log its calls', () => {
    const stack = makeStack();
    const trail = new InvocationTrail(stack, 'Trail', { allowlist: ONE_FUNCTION, heartbeat: 'none' });
    const make = (): InvocationGuard =>
      new InvocationGuard(stack, 'Guard', { allowlist: ONE_FUNCTION, trail, bundleFolder: makeBundles() });
    expect(make).toThrow('say the same for both');
  });

  it.each([
    ['its account', { account: ACCOUNT }],
    ['its role', { role: `arn:aws:iam::${ACCOUNT}:role/invokeguard-*` }],
  ])('warns where break-glass lists %s, so that it would prove nothing', (_what, entry) => {
    const stack = makeStack();
    synthHeartbeat({ allowlist: { ...ONE_FUNCTION, breakGlass: [entry] } }, stack);
    const told = Match.stringLikeRegexp('role of the heartbeat');
    expect(Annotations.fromStack(stack).findWarning('*', told)).toHaveLength(1);
  });

  it('is made in a stack for any account and Region too', () => {
    const stack = new Stack(new App({ outdir: makeFolder() }), 'Anywhere');
    const template = synthHeartbeat({}, stack);
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { FunctionName: 'invokeguard-heartbeat' }, 1);
    expect(stack.region).not.toBe(IRELAND.region);
  });

  it('calls exactly its target', () => {
    const [target] = Object.keys(
      synthHeartbeat().findResources('AWS::Lambda::Function', {
        Properties: { FunctionName: 'invokeguard-heartbeat-target' },
      }),
    );
    const call = listRoleStatements(synthHeartbeat(), 'invokeguard-heartbeat').find(
      ({ Action }) => Action === 'lambda:InvokeFunction',
    );
    expect(call?.Resource).toEqual({ 'Fn::GetAtt': [target, 'Arn'] });
  });
});
