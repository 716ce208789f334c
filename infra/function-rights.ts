import { Annotations, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { composeFunctionArn, composeMappingArn, scopeFunctions } from './function-scope.ts';

const READ_POLICY = ['lambda:GetFunctionConfiguration', 'lambda:GetPolicy', 'lambda:GetResourcePolicy'];

/** Tells whether CloudFormation made the function, for the alert. */
const READ_TAGS = 'lambda:ListTags';

/**
 * Tells who let a caller in. The action knows no resources, and no conditions but those of the caller.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 */
const READ_HISTORY = 'cloudtrail:LookupEvents';

const LIST_QUALIFIERS = ['lambda:ListAliases', 'lambda:ListVersionsByFunction'];

/**
 * PutResourcePolicy needs AddPermission and RemovePermission beside itself, DeleteResourcePolicy needs RemovePermission.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
const WRITE_POLICY = [
  'lambda:AddPermission',
  'lambda:DeleteResourcePolicy',
  'lambda:PutResourcePolicy',
  'lambda:RemovePermission',
];

const READ_MAPPING = 'lambda:GetEventSourceMapping';
const WRITE_MAPPING = 'lambda:UpdateEventSourceMapping';

/**
 * Characters of ARNs in one statement, so that a statement fits into a managed policy (6,144 characters), and
 * statements in all: a role takes 10 managed policies. CDK spreads the statements over as many as it takes.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const STATEMENT_CHARACTERS = 5_000;
const MAX_STATEMENTS = 9;

/**
 * Gives the remediation function's role what it does to functions: read and write the policies of enforced ones, read
 * their tags, read the event source mappings of guarded ones, and disable those of enforced ones; and look up who let a
 * caller in.
 */
export function grantRemediation(role: Role, allowlist: Allowlist): void {
  const room = grantPolicies(role, allowlist, [...READ_POLICY, READ_TAGS, ...WRITE_POLICY]);
  grantMappings(role, allowlist, room);
  role.addToPolicy(new PolicyStatement({ actions: [READ_HISTORY], resources: ['*'] }));
}

/** Gives the converging function's role what it does to enforced functions: find, read and write all their policies. */
export function grantConvergence(role: Role, allowlist: Allowlist): void {
  grantPolicies(role, allowlist, [...READ_POLICY, ...LIST_QUALIFIERS, ...WRITE_POLICY]);
}

/** Answers how many statements still fit into the role. */
function grantPolicies(role: Role, allowlist: Allowlist, actions: readonly string[]): number {
  const stack = Stack.of(role);
  const { enforced, spared } = scopeFunctions(allowlist, stack);
  const allow = (resources: string[]): PolicyStatement =>
    new PolicyStatement({ actions: [...actions], resources });
  return addStatements(role, MAX_STATEMENTS, {
    exact: [
      ...cutArns(enforced).map(allow),
      ...cutArns(spared).map(
        (resources) => new PolicyStatement({ effect: Effect.DENY, actions: WRITE_POLICY, resources }),
      ),
    ],
    widened: allow([composeFunctionArn(stack, '*')]),
    warning: {
      id: 'invokeguard:rightsWidened',
      text:
        'the guard may change the policies of all functions of its account and Region, because ' +
        `${enforced.length + spared.length} resource ARNs do not fit into the policies of one role; ` +
        'globs take less room',
    },
  });
}

/**
 * Mappings have ARNs of their own that nobody knows beforehand; whose they are is in `lambda:FunctionArn`, a condition
 * key of both actions.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_lambda.html
 */
function grantMappings(role: Role, allowlist: Allowlist, room: number): void {
  const stack = Stack.of(role);
  const { enforced, observed, spared } = scopeFunctions(allowlist, stack);
  const resources = [composeMappingArn(stack)];
  const limit = (effect: Effect, actions: string[], functionArns: string[]): PolicyStatement => {
    const conditions = { ArnLike: { 'lambda:FunctionArn': functionArns } };
    return new PolicyStatement({ effect, actions, resources, conditions });
  };
  addStatements(role, room, {
    exact: [
      ...cutArns(enforced).map((arns) => limit(Effect.ALLOW, [READ_MAPPING, WRITE_MAPPING], arns)),
      // Without a look at the mapping nobody can tell whether its source is listed.
      ...cutArns(observed).map((arns) => limit(Effect.ALLOW, [READ_MAPPING], arns)),
      ...cutArns(spared).map((arns) => limit(Effect.DENY, [WRITE_MAPPING], arns)),
    ],
    widened: new PolicyStatement({
      actions: enforced.length > 0 ? [READ_MAPPING, WRITE_MAPPING] : [READ_MAPPING],
      resources,
    }),
    warning: {
      id: 'invokeguard:mappingRightsWidened',
      text:
        'the guard may read and disable all event source mappings of its account and Region, because the ARNs of ' +
        'their functions do not fit into the policies of one role; globs take less room',
    },
  });
}

/** Statements that say exactly what is granted, and the one that stands for them where they do not fit. */
interface Grant {
  readonly exact: readonly PolicyStatement[];
  readonly widened: PolicyStatement;
  readonly warning: { readonly id: string; readonly text: string };
}

/** Adds statements to a role that has room for so many of them, and answers the room that is left. */
function addStatements(role: Role, room: number, { exact, widened, warning }: Grant): number {
  const fits = exact.length <= room;
  if (!fits) Annotations.of(role).addWarningV2(warning.id, warning.text);
  const statements = fits ? exact : [widened];
  for (const statement of statements) role.addToPolicy(statement);
  return room - statements.length;
}

function cutArns(arns: readonly string[]): string[][] {
  const statements: string[][] = [];
  let room = 0;
  for (const arn of arns) {
    // Quotes and a comma around each in the policy's JSON.
    const size = arn.length + 3;
    if (size > room) {
      statements.push([]);
      room = STATEMENT_CHARACTERS;
    }
    statements.at(-1)?.push(arn);
    room -= size;
  }
  return statements;
}
