import type { PolicyTarget } from '../containment/ports.ts';
import { parseFunctionArn, parseFunctionName, parseQualifier } from '../core/record/function-reference.ts';

/** The one policy that a live command is about, or what is wrong with the arguments. */
export type LiveTarget =
  | { readonly kind: 'target'; readonly target: PolicyTarget; readonly region: string }
  | { readonly kind: 'usage'; readonly problem: string };

/** Reads `--function` (a function ARN, qualified or not) and `--qualifier`. */
export function readLiveTarget(
  functionText: string | undefined,
  qualifierText: string | undefined,
): LiveTarget {
  if (functionText === undefined) return { kind: 'usage', problem: '`--function ARN` is missing' };
  const reference = parseFunctionArn(functionText);
  const region = reference === undefined ? undefined : parseFunctionName(reference.functionArn)?.region;
  if (reference === undefined || region === undefined) {
    return {
      kind: 'usage',
      problem: `\`--function ${functionText}\` is not a function ARN, expected \`arn:aws:lambda:REGION:ACCOUNT:function:NAME\``,
    };
  }
  const qualifier = qualifierText === undefined ? reference.qualifier : parseQualifier(qualifierText);
  if (qualifier === undefined) {
    return {
      kind: 'usage',
      problem: `\`--qualifier ${qualifierText}\` is neither a version, an alias nor \`$LATEST\``,
    };
  }
  if (reference.qualifier !== null && qualifier !== reference.qualifier) {
    return { kind: 'usage', problem: 'the qualifier in `--function` and `--qualifier` differ: give it once' };
  }
  return { kind: 'target', target: { functionArn: reference.functionArn, qualifier }, region };
}
