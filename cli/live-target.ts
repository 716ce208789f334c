import type { PolicyTarget } from '../containment/ports.ts';
import { parseFunctionArn, parseFunctionName, parseQualifier } from '../core/record/function-reference.ts';

/** The one policy that a live command is about, or what is wrong with the arguments. */
export type LiveTarget =
  | {
      readonly kind: 'target';
      readonly target: PolicyTarget;
      readonly account: string;
      readonly region: string;
    }
  | { readonly kind: 'usageError'; readonly message: string };

/** Reads `--function` (a function ARN, qualified or not) and `--qualifier`. */
export function readLiveTarget(
  functionText: string | undefined,
  qualifierText: string | undefined,
): LiveTarget {
  if (functionText === undefined) return { kind: 'usageError', message: '`--function ARN` is missing' };
  const reference = parseFunctionArn(functionText);
  const name = reference === undefined ? undefined : parseFunctionName(reference.functionArn);
  if (reference === undefined || name === undefined) {
    return {
      kind: 'usageError',
      message: `\`--function ${functionText}\` is not a function ARN, expected \`arn:aws:lambda:REGION:ACCOUNT:function:NAME\``,
    };
  }
  const qualifier = qualifierText === undefined ? reference.qualifier : parseQualifier(qualifierText);
  if (qualifier === undefined) {
    return {
      kind: 'usageError',
      message: `\`--qualifier ${qualifierText}\` is neither a version, an alias nor \`$LATEST\``,
    };
  }
  if (reference.qualifier !== null && qualifier !== reference.qualifier) {
    return {
      kind: 'usageError',
      message: 'the qualifier in `--function` and `--qualifier` differ: give it once',
    };
  }
  const { account, region } = name;
  return { kind: 'target', target: { functionArn: reference.functionArn, qualifier }, account, region };
}
