import { parse } from 'yaml';
import { composeLastingTemplate } from '../../cli/lasting-template.ts';
import type { PolicyTarget } from '../../containment/ports.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';

const ARN = 'arn:aws:lambda:eu-west-1:011122223333:function:thumb-nailer_2';
const TARGET: PolicyTarget = { functionArn: ARN, qualifier: 'live' };
const GRANT = {
  Sid: 's3',
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: `${ARN}:live`,
  Condition: {
    ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::uploads' },
    StringEquals: { 'aws:SourceAccount': '011122223333' },
  },
};
const DENY = {
  Sid: 'InvokeguardDeny',
  Effect: 'Deny',
  Principal: '*',
  Action: ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'],
  Resource: `${ARN}:live`,
  Condition: { Bool: { 'aws:PrincipalIsAWSService': 'true' } },
};

function composePolicy(...statements: PolicyDocument['Statement']): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function readYaml(policy: PolicyDocument, lever: 'resourcePolicy' | 'permissions'): string {
  const template = composeLastingTemplate(TARGET, policy, lever);
  return template.kind === 'template' ? template.yaml : `unsayable: ${template.reason}`;
}

describe('the lasting form of a policy', () => {
  it.each(['1.1', '1.2'] as const)(
    'is one ResourcePolicy that holds the very policy, read as YAML %s',
    (version) => {
      const policy = composePolicy(GRANT, DENY);
      expect(parse(readYaml(policy, 'resourcePolicy'), { version })).toEqual({
        Resources: {
          ThumbNailer2LivePolicy: {
            Type: 'AWS::Lambda::ResourcePolicy',
            Properties: { ResourceArn: `${ARN}:live`, PolicyDocument: policy },
          },
        },
      });
    },
  );

  it('is one Permission for each grant where the control plane knows permissions only', () => {
    expect(parse(readYaml(composePolicy(GRANT), 'permissions'))).toEqual({
      Resources: {
        ThumbNailer2LivePermission1: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            FunctionName: `${ARN}:live`,
            Action: 'lambda:InvokeFunction',
            Principal: 's3.amazonaws.com',
            SourceArn: 'arn:aws:s3:::uploads',
            SourceAccount: '011122223333',
          },
        },
      },
    });
  });

  it('is refused, with the statement, where a Permission cannot say it', () => {
    expect(readYaml(composePolicy(GRANT, DENY), 'permissions')).toContain('statement 2 of the policy');
  });

  it('is no resource where nobody is let in, and says what to take out', () => {
    const yaml = readYaml(composePolicy(), 'resourcePolicy');
    expect(parse(yaml)).toEqual({ Resources: {} });
    expect(yaml).toContain('# Nobody is let in');
  });
});
