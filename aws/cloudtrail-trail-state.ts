import {
  type CloudTrailClient,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  TrailNotFoundException,
} from '@aws-sdk/client-cloudtrail';
import { readCallLogging } from '../core/change/trail-action.ts';
import type { TrailState } from '../core/heartbeat/chain-parts.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { describeFault } from './sdk-fault.ts';

/**
 * Asks CloudTrail how the trail is, and whether it logs the calls of one function.
 *
 * IAM on the trail: `cloudtrail:GetTrailStatus`, `cloudtrail:GetEventSelectors`.
 * @param trailArn null where nobody knows the trail
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
 */
export async function readTrailState(
  client: CloudTrailClient,
  trailArn: string | null,
  functionArn: string,
): Promise<TrailState> {
  if (trailArn === null) return { kind: 'notNamed' };
  try {
    const status = await client.send(new GetTrailStatusCommand({ Name: trailArn }));
    const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: trailArn }));
    const parameters = lowerKeys({
      EventSelectors: selectors.EventSelectors ?? [],
      AdvancedEventSelectors: selectors.AdvancedEventSelectors ?? [],
    });
    return {
      kind: 'read',
      logging: status.IsLogging === true ? 'on' : 'off',
      deliveryError:
        status.LatestDeliveryError === undefined || status.LatestDeliveryError === ''
          ? null
          : status.LatestDeliveryError,
      target: readCallLogging(isJsonObject(parameters) ? parameters : undefined, functionArn),
    };
  } catch (error) {
    if (error instanceof TrailNotFoundException) return { kind: 'missing' };
    return { kind: 'unreadable', reason: describeFault(error) };
  }
}

/** Writes keys as CloudTrail's records do: the SDK's begin with a capital. */
function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key.charAt(0).toLowerCase() + key.slice(1),
    lowerKeys(inner),
  ]);
  return Object.fromEntries(entries) satisfies JsonObject;
}
