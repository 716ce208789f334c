import { readText } from '../json.ts';
import { qualifyFunctionArn } from '../record/function-reference.ts';
import { quoteText } from './quotation.ts';

/** Who writes a function's policy beside us, as far as the function's own tags tell. */
export type PolicyOwner =
  /** CloudFormation made the function, and writes the permissions that stand in the same stack. */
  | {
      readonly kind: 'stack';
      readonly stackName: string;
      readonly stackId: string | null;
      readonly logicalId: string | null;
    }
  /** No tag of CloudFormation: made by hand, or by a tool that marks nothing. Tags cannot tell which. */
  | { readonly kind: 'untagged' }
  /** The tags could not be read. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Reads the owner from a function's tags. Nobody but CloudFormation can set tags that begin with `aws:`.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
 */
export function readPolicyOwner(tags: Readonly<Record<string, string>>): PolicyOwner {
  const stackName = readText(tags, 'aws:cloudformation:stack-name');
  if (stackName === undefined) return { kind: 'untagged' };
  return {
    kind: 'stack',
    stackName,
    stackId: readText(tags, 'aws:cloudformation:stack-id') ?? null,
    logicalId: readText(tags, 'aws:cloudformation:logical-id') ?? null,
  };
}

/**
 * Says in sentences what may overwrite a rewritten policy. CloudFormation writes a resource only where its template
 * changed, so the next deployment need not be the one; other stacks may hold permissions of the function, unseen.
 */
export function describePolicyOwner(owner: PolicyOwner): readonly string[] {
  switch (owner.kind) {
    case 'stack': {
      const resource = owner.logicalId === null ? '' : ` (resource ${quoteText(owner.logicalId)})`;
      return [
        `The function belongs to the CloudFormation stack ${quoteText(owner.stackName)}${resource}.`,
        'The next deployment of that stack that changes a permission or the policy of this function, or replaces the function, overwrites what was written here.',
        "A deployment of another stack that holds permissions of this function does so too; the function's tags do not name it.",
      ];
    }
    case 'untagged':
      return [
        'The function carries no tag of CloudFormation. If another tool deploys it, that tool may overwrite what was written here; tags do not tell.',
      ];
    case 'unknown':
      return [
        `Unknown: ${quoteText(owner.reason)}. If a stack owns the function, its deployments may overwrite what was written here.`,
      ];
  }
}

/**
 * The command that prints the lasting form of a policy, for the template of whoever owns it. ARN and qualifier have
 * passed their own grammar, so they are safe in a shell between single quotes.
 */
export function composeLastingCommand(functionArn: string, qualifier: string | null): string {
  return `npx invokeguard plan --function '${qualifyFunctionArn(functionArn, qualifier)}' --format cloudformation`;
}
