import { stringify } from 'yaml';
import { translatePermission } from '../aws/permission-request.ts';
import type { PolicyTarget } from '../containment/ports.ts';
import type { Lever } from '../core/plan/containment-plan.ts';
import type { PolicyDocument } from '../core/policy/document.ts';
import { parseFunctionName, qualifyFunctionArn } from '../core/record/function-reference.ts';

/** A policy as a part of a CloudFormation template, in YAML, or why it cannot be said so. */
export type LastingTemplate =
  | { readonly kind: 'template'; readonly yaml: string }
  | { readonly kind: 'unsayable'; readonly reason: string };

/** One resource of a template. */
interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/**
 * Writes a policy as CloudFormation resources: one `AWS::Lambda::ResourcePolicy`, or, where the control plane knows
 * permissions only, an `AWS::Lambda::Permission` for each statement.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-resourcepolicy.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
 */
export function composeLastingTemplate(
  target: PolicyTarget,
  policy: PolicyDocument,
  lever: Lever,
): LastingTemplate {
  const resourceArn = qualifyFunctionArn(target.functionArn, target.qualifier);
  if (policy.Statement.length === 0) return writeTemplate(NO_POLICY, {});
  const prefix = composeLogicalId(target);
  if (lever === 'resourcePolicy') {
    const Properties = { ResourceArn: resourceArn, PolicyDocument: policy };
    return writeTemplate(WHOLE_POLICY, {
      [`${prefix}Policy`]: { Type: 'AWS::Lambda::ResourcePolicy', Properties },
    });
  }
  const permissions: [string, TemplateResource][] = [];
  for (const [index, statement] of policy.Statement.entries()) {
    const translated = translatePermission(statement, resourceArn);
    if (translated.kind === 'unsayable') {
      return { kind: 'unsayable', reason: `statement ${index + 1} of the policy: ${translated.reason}` };
    }
    const { StatementId: _, ...parameters } = translated.parameters;
    const Properties = { FunctionName: resourceArn, ...parameters };
    permissions.push([`${prefix}Permission${index + 1}`, { Type: 'AWS::Lambda::Permission', Properties }]);
  }
  return writeTemplate(SINGLE_PERMISSIONS, Object.fromEntries(permissions));
}

const WHOLE_POLICY = [
  'This resource is the whole policy: take the AWS::Lambda::Permission resources of this function out of your templates.',
  'The statements whose Sid begins with Invokeguard follow invokeguard.yaml: print them again when the list changes.',
];
const SINGLE_PERMISSIONS = [
  'These take the place of the AWS::Lambda::Permission resources of this function in your templates.',
];
const NO_POLICY = [
  'Nobody is let in by a policy: take the AWS::Lambda::Permission and AWS::Lambda::ResourcePolicy resources of this function out of your templates.',
];

/** YAML 1.1, as CloudFormation reads it: dates and numbers that are text stay in quotes. */
function writeTemplate(
  comment: readonly string[],
  resources: Readonly<Record<string, TemplateResource>>,
): LastingTemplate {
  const head = comment.map((line) => `# ${line}\n`).join('');
  const body = stringify(
    { Resources: resources },
    { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false },
  );
  return { kind: 'template', yaml: `${head}${body}` };
}

/** Logical ids take letters and digits only. */
function composeLogicalId({ functionArn, qualifier }: PolicyTarget): string {
  const words =
    `${parseFunctionName(functionArn)?.name ?? ''} ${qualifier ?? ''}`.match(/[A-Za-z0-9]+/g) ?? [];
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
