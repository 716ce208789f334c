import { asText, type JsonObject } from '../json.ts';

/**
 * What a refused call was about, where the record leaves out its parameters, as many services do. AWS words refusals
 * alike: `… is not authorized to perform: ACTION on resource: ARN because …`; IAM may say `role NAME` for the ARN. What
 * stands before names the caller, and does not count. Null where the call was not refused so.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function readRefusedResource({ errorMessage }: JsonObject): string | null {
  const resource = / on resource: (?:(?:role|user) )?(\S+)/.exec(asText(errorMessage) ?? '')?.[1];
  return resource ?? null;
}
