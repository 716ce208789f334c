import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { composeApp } from '../../infra/guard-app.ts';
import { InvocationGuard, type InvocationGuardProps } from '../../infra/invocation-guard.ts';
import { InvocationTrail, type InvocationTrailProps } from '../../infra/invocation-trail.ts';

export const ACCOUNT = '111122223333';
export const IRELAND: Environment = { account: ACCOUNT, region: 'eu-west-1' };

/** An allowlist with one function that may be contained. */
export const ONE_FUNCTION = {
  version: 1,
  mode: 'enforce',
  alerts: { emails: ['security@example.com'] },
  functions: [{ name: 'thumbnailer', invokers: [{ service: 's3.amazonaws.com', sourceAccount: ACCOUNT }] }],
};

const folders: string[] = [];

/** A new temporary folder, removed by `removeFolders`. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-infra-'));
  folders.push(folder);
  return folder;
}

/** Removes every folder that `makeFolder` made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A folder with bundles to deploy: what they do is no matter of these tests. */
export function makeBundles(): string {
  const folder = makeFolder();
  for (const name of ['remediate', 'converge', 'sweep', 'heartbeat']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
  }
  return folder;
}

/** Writes an allowlist file and answers its path. */
export function writeAllowlist(text: string): string {
  const path = join(makeFolder(), 'invokeguard.yaml');
  writeFileSync(path, text);
  return path;
}

/** The app composed with this context, synthesized into a folder of its own. */
export function synthApp(
  context: Readonly<Record<string, unknown>>,
  env: Environment = IRELAND,
): Map<string, Template> {
  const app = new App({ context, outdir: makeFolder() });
  composeApp(app, { env, bundleFolder: makeBundles() });
  const stacks = app.node.children.filter((child) => child instanceof Stack);
  return new Map(stacks.map((stack) => [stack.stackName, Template.fromStack(stack)]));
}

/** A stack in an account and Region for a construct to stand in. */
export function makeStack(env: Environment = IRELAND): Stack {
  return new Stack(new App({ outdir: makeFolder() }), 'Test', { env });
}

/** The template around one `InvocationGuard`; without the heartbeat, which has tests of its own. */
export function synthGuard(props: Partial<InvocationGuardProps> = {}, stack: Stack = makeStack()): Template {
  new InvocationGuard(stack, 'Guard', {
    allowlist: ONE_FUNCTION,
    bundleFolder: makeBundles(),
    heartbeat: 'none',
    ...props,
  });
  return Template.fromStack(stack);
}

/** The template around one `InvocationTrail`; without the heartbeat's target. */
export function synthTrail(props: Partial<InvocationTrailProps> = {}, stack: Stack = makeStack()): Template {
  new InvocationTrail(stack, 'Trail', { allowlist: ONE_FUNCTION, heartbeat: 'none', ...props });
  return Template.fromStack(stack);
}

/** One IAM statement as a template holds it. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** The statements of every resource of a type, in order. */
export function listStatements(template: Template, type: string, property = 'PolicyDocument'): Statement[] {
  return Object.values(template.findResources(type)).flatMap(
    (resource) => (resource['Properties'][property] as { Statement: Statement[] }).Statement,
  );
}

/** The policies of a type that one function's role has. */
export function findPolicies(
  template: Template,
  type: 'AWS::IAM::Policy' | 'AWS::IAM::ManagedPolicy',
  functionName: string,
): Record<string, unknown>[] {
  const [built] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: functionName } }),
  );
  const role = built?.['Properties'].Role['Fn::GetAtt'][0];
  return Object.values(template.findResources(type, { Properties: { Roles: [{ Ref: role }] } }));
}

/** The statements of one function's role, in its inline policy and in managed ones, in order. */
export function listRoleStatements(template: Template, functionName: string): Statement[] {
  const policies = [
    ...findPolicies(template, 'AWS::IAM::Policy', functionName),
    ...findPolicies(template, 'AWS::IAM::ManagedPolicy', functionName),
  ];
  return policies.flatMap(
    ({ Properties }) =>
      (Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
  );
}

/** The logical id of the resource whose construct has this path, such as `GuardQueue`; CDK adds a hash to it. */
export function findLogicalId(template: Template, type: string, path: string): string {
  const found = Object.keys(template.findResources(type)).filter((id) => id.slice(0, -HASH_LENGTH) === path);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${type} are ${path}`);
  return found[0];
}

const HASH_LENGTH = 8;

/** The ARN of a resource of the same template. */
export function arnOf(logicalId: unknown): unknown {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

/** The ARN of a function in Ireland. */
export function functionArn(name: string): unknown {
  return {
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:lambda:eu-west-1:${ACCOUNT}:function:${name}`]],
  };
}
