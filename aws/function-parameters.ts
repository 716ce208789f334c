import type { PolicyTarget } from '../containment/ports.ts';

/** Names a function, and the version or alias if there is one, in the parameters of Lambda's older operations. */
export function composeFunctionParameters(target: PolicyTarget): {
  FunctionName: string;
  Qualifier?: string;
} {
  return {
    FunctionName: target.functionArn,
    ...(target.qualifier === null ? {} : { Qualifier: target.qualifier }),
  };
}

/** True for `$LATEST` and `$LATEST.PUBLISHED`, to which AWS lets nobody add a permission. */
export function isUnpublished(target: PolicyTarget): boolean {
  return target.qualifier?.startsWith('$') ?? false;
}
