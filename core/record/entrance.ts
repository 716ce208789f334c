/**
 * Where a call came in: the function's URL, or Lambda's API. CloudTrail logs both as `Invoke`, so only the host name
 * tells them apart; `unknown` where the record has none, as for most AWS services that call as themselves.
 */
export type Entrance = 'functionUrl' | 'api' | 'unknown';

/**
 * The host of a function URL: `ID.lambda-url.REGION.on.aws`, or another suffix after `on` where a partition has its own.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
 */
const FUNCTION_URL_HOST =
  /^[a-z0-9-]+\.lambda-url\.[a-z0-9-]+\.on\.(aws|amazonwebservices\.com\.cn)(:\d+)?$/i;

/**
 * Names the entrance of a call. It is told to people and decides nothing: the host name is what the client sent.
 * @param host `tlsDetails.clientProvidedHostHeader`
 */
export function nameEntrance(eventName: string, host: string | null): Entrance {
  if (eventName.startsWith('InvokeFunctionUrl')) return 'functionUrl';
  if (host === null) return 'unknown';
  return FUNCTION_URL_HOST.test(host) ? 'functionUrl' : 'api';
}

/** Says it in a few words, to stand behind a caller; empty where there is nothing to say. */
export function describeEntrance(entrance: Entrance): string {
  return entrance === 'functionUrl' ? ', through the function URL' : '';
}
