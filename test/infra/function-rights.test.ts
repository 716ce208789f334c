import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  ACCOUNT,
  arnOf,
  findLogicalId,
  findPolicies,
  functionArn,
  listRoleStatements,
  listStatements,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  type Statement,
  synthGuard,
} from './stacks.ts';

afterAll(removeFolders);

const MAPPINGS = {
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, `:lambda:eu-west-1:${ACCOUNT}:event-source-mapping:*`],
  ],
};
const THUMBNAILER = [functionArn('thumbnailer'), functionArn('thumbnailer:*')];
const WRITE_POLICY = [
  'lambda:AddPermission',
  'lambda:DeleteResourcePolicy',
  'lambda:PutResourcePolicy',
  'lambda:RemovePermission',
];

/** The action knows no resources. */
const LOOK_UP = { Effect: 'Allow', Action: 'cloudtrail:LookupEvents', Resource: '*' };

/** What a function of the guard may do with the guard's own parts. */
function composePartRights(template: Template, queue: string, logGroup: string): unknown[] {
  const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
  const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
  return [
    {
      Effect: 'Allow',
      Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      Resource: arnOf(findLogicalId(template, 'AWS::SQS::Queue', queue)),
    },
    {
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardConvergenceQueue')),
    },
    {
      Effect: 'Allow',
      Action: [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      Resource: arnOf(table),
    },
    { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: topic } },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: arnOf(findLogicalId(template, 'AWS::Logs::LogGroup', logGroup)),
    },
  ];
}

describe('the rights of the remediation function', () => {
  it('are exactly these actions on exactly these resources', () => {
    const template = synthGuard();
    expect(listRoleStatements(template, 'invokeguard-remediator')).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'lambda:GetFunctionConfiguration',
          'lambda:GetPolicy',
          'lambda:GetResourcePolicy',
          'lambda:ListTags',
          ...WRITE_POLICY,
        ],
        Resource: THUMBNAILER,
      },
      {
        Effect: 'Allow',
        Action: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
        Resource: MAPPINGS,
        Condition: { ArnLike: { 'lambda:FunctionArn': THUMBNAILER } },
      },
      LOOK_UP,
      ...composePartRights(template, 'GuardQueue', 'GuardRemediatorLog'),
    ]);
  });

  it('read the event source mappings of functions that are only observed, and change nothing of them', () => {
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, mode: 'observe' } });
    expect(listRoleStatements(template, 'invokeguard-remediator')).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:GetEventSourceMapping',
        Resource: MAPPINGS,
        Condition: { ArnLike: { 'lambda:FunctionArn': THUMBNAILER } },
      },
      LOOK_UP,
      ...composePartRights(template, 'GuardQueue', 'GuardRemediatorLog'),
    ]);
  });

  it('deny every change of a function that is observed by name under a glob in enforce', () => {
    const [guarded] = ONE_FUNCTION.functions;
    const functions = [
      { ...guarded, name: 'thumb*' },
      { ...guarded, mode: 'observe' },
    ];
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions } });
    const denied = listRoleStatements(template, 'invokeguard-remediator').filter(
      ({ Effect }) => Effect === 'Deny',
    );
    expect(denied).toEqual([
      { Effect: 'Deny', Action: WRITE_POLICY, Resource: THUMBNAILER },
      {
        Effect: 'Deny',
        Action: 'lambda:UpdateEventSourceMapping',
        Resource: MAPPINGS,
        Condition: { ArnLike: { 'lambda:FunctionArn': THUMBNAILER } },
      },
    ]);
  });
});

describe('the rights of the converging function', () => {
  it('are exactly these actions on exactly these resources', () => {
    const template = synthGuard();
    expect(listRoleStatements(template, 'invokeguard-converger')).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'lambda:GetFunctionConfiguration',
          'lambda:GetPolicy',
          'lambda:GetResourcePolicy',
          'lambda:ListAliases',
          'lambda:ListVersionsByFunction',
          ...WRITE_POLICY,
        ],
        Resource: THUMBNAILER,
      },
      ...composePartRights(template, 'GuardConvergenceQueue', 'GuardConvergerLog'),
    ]);
  });

  it('reach no function at all where all of them are only observed', () => {
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, mode: 'observe' } });
    expect(listRoleStatements(template, 'invokeguard-converger')).toEqual(
      composePartRights(template, 'GuardConvergenceQueue', 'GuardConvergerLog'),
    );
  });
});

describe('the rights of both functions', () => {
  it('come from no managed policy of AWS and from no other role', () => {
    const template = synthGuard();
    template.resourceCountIs('AWS::IAM::Role', 2);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  it('hold no bare wildcard but for the one action without resources, with a customer key neither', () => {
    const stack = makeStack();
    const template = synthGuard({ encryptionKey: new Key(stack, 'Key') }, stack);
    const statements = listStatements(template, 'AWS::IAM::Policy');
    expect(statements.length).toBeGreaterThan(10);
    for (const { Action, Resource } of statements) {
      if (Action !== LOOK_UP.Action) expect([Resource].flat()).not.toContain('*');
    }
    for (const { Action } of statements) expect(JSON.stringify(Action)).not.toContain('*');
  });
});

describe('the policies of the role', () => {
  const guard = (count: number): Record<string, unknown>[] =>
    Array.from({ length: count }, (_, index) => ({
      ...ONE_FUNCTION.functions[0],
      name: `function-${'x'.repeat(45)}-${index}`,
    }));
  const listMappingRights = (template: Template): Statement[] =>
    listRoleStatements(template, 'invokeguard-remediator').filter(({ Action }) =>
      [Action].flat().includes('lambda:GetEventSourceMapping'),
    );
  /** Characters of a policy as deployed in the partition with the longest name, without white space. */
  const measure = (policy: Record<string, unknown>): number => {
    const { PolicyDocument: document } = policy['Properties'] as { PolicyDocument: unknown };
    const join = /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"(.*?)"\]\]\}/g;
    return JSON.stringify(document).replaceAll(join, '"arn:aws-us-gov$1"').length;
  };

  const functionNames = ['invokeguard-remediator', 'invokeguard-converger'];

  it.each(functionNames)('of `%s` stay within IAM’s limits for 150 functions with long names', (name) => {
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: guard(150) } });
    const inline = findPolicies(template, 'AWS::IAM::Policy', name);
    const managed = findPolicies(template, 'AWS::IAM::ManagedPolicy', name);
    expect(inline).toHaveLength(1);
    for (const policy of inline) expect(measure(policy)).toBeLessThanOrEqual(10_240);
    expect(managed.length).toBeGreaterThan(0);
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const policy of managed) expect(measure(policy)).toBeLessThanOrEqual(6_144);
    expect(JSON.stringify(listRoleStatements(template, name))).toContain('-149:*');
  });

  it('reach the event source mappings of exactly the guarded functions for 50 of them with long names', () => {
    const stack = makeStack();
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: guard(50) } }, stack);
    const rights = listMappingRights(template);
    expect(rights.length).toBeGreaterThan(1);
    for (const { Condition } of rights) {
      expect(Condition).toEqual({ ArnLike: { 'lambda:FunctionArn': expect.anything() } });
    }
    expect(JSON.stringify(rights)).toContain('-49:*');
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  it('reach all event source mappings, with a warning, where only the names for policies fit', () => {
    const stack = makeStack();
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: guard(150) } }, stack);
    const rights = listMappingRights(template);
    expect(rights).toHaveLength(1);
    expect(rights[0]?.Condition).toBeUndefined();
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual([
      expect.stringContaining('read and disable all event source mappings of its account and Region'),
    ]);
  });

  it.each(functionNames)(
    'of `%s` reach all functions, with a warning, where the names do not fit',
    (name) => {
      const stack = makeStack();
      const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: guard(500) } }, stack);
      const role = name === 'invokeguard-remediator' ? 'RemediatorRole' : 'ConvergerRole';
      expect(
        Annotations.fromStack(stack).findWarning(
          `/Test/Guard/${role}`,
          Match.stringLikeRegexp('change the policies of all functions'),
        ),
      ).toHaveLength(1);
      const [first] = listRoleStatements(template, name);
      expect(JSON.stringify(first?.Resource)).toContain(':lambda:eu-west-1:111122223333:function:*');
    },
  );
});
