import type { Allowlist } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import { nameCaller } from '../plan/offender-reach.ts';
import type { FunctionReference } from '../record/function-reference.ts';
import { type Decision, decideInvocation } from '../verdict/decision.ts';
import type { BucketAction, ConfigurationChange, FunctionAction } from './change.ts';
import { type ChangeDecision, closes, neutral, opens } from './change-verdict.ts';
import { namesOwnPart } from './guard-part.ts';
import { judgePart } from './part-judgement.ts';
import { listLive, type PolicyPlace } from './policy-judgement.ts';

/** Judges a function URL by whether anonymous callers are listed, where it is for them. */
export function judgeFunctionUrl(
  { step, authType }: FunctionAction & { readonly kind: 'functionUrl' },
  place: PolicyPlace,
): ChangeDecision {
  if (step === 'deleted') return closes('takes the function URL away');
  if (authType === null && step === 'changed')
    return neutral('leaves open or closed whom the function URL serves');
  if (authType === 'AWS_IAM') {
    return step === 'changed'
      ? closes('the function URL serves signed calls only: nobody without an identity')
      : neutral('a function URL for signed calls only, which need a permission besides');
  }
  const listed = listLive(place).some((entry) => nameCaller(entry, { kind: 'anonymous' }) === 'match');
  if (listed) return neutral('a function URL for everybody, which the allowlist names');
  return authType === 'NONE'
    ? opens(
        'a function URL with AuthType NONE, for everybody without an identity, whom the allowlist does not name',
      )
    : opens('a function URL that may be for everybody: the record does not tell its AuthType');
}

/** Judges an event source mapping as its calls would be judged, with the source that the record tells. */
export function judgeMapping(
  { step, mappingArn, sourceArn, polling }: FunctionAction & { readonly kind: 'mapping' },
  change: ConfigurationChange,
  allowlist: Allowlist,
): ChangeDecision {
  if (step === 'deleted') return closes('takes an event source mapping away');
  if (step === 'changed' && polling === 'off') return closes('switches an event source mapping off');
  const { verdict } = decideMapping(mappingArn ?? UNNAMED_MAPPING, sourceArn, change, allowlist);
  if (verdict === 'authorized') return neutral('an event source mapping that the allowlist names');
  return verdict === 'unauthorized'
    ? opens('an event source mapping that the allowlist does not name')
    : opens('an event source mapping that the allowlist may not name: the record does not tell its source');
}

/**
 * Judges the calls that a mapping would make.
 * @param sourceArn null where it is not known
 */
export function decideMapping(
  mappingArn: string,
  sourceArn: string | null,
  { functionArn, eventTime, qualifier }: ConfigurationChange,
  allowlist: Allowlist,
): Decision {
  return decideInvocation(
    { ...ANY_CALL, functionArn, qualifier, eventTime },
    { kind: 'eventSourceMapping', mappingArn },
    allowlist,
    new Map(sourceArn === null ? [] : [[mappingArn, sourceArn] as const]),
  );
}

/** Stands for a mapping that has no ARN yet, since the request failed; no entry names it. */
const UNNAMED_MAPPING = 'arn:aws:lambda:::event-source-mapping:none';

/** What the record of a call would say besides, were one made. */
const ANY_CALL = { requestParameters: 'present', sourceIPAddress: null, vpcEndpointId: null } as const;

/** One function that a bucket notifies, and how S3's calls for that bucket are judged there. */
export interface NotifiedFunction {
  readonly target: FunctionReference;
  readonly decision: Decision;
}

/** Judges each function that a bucket is told to notify as S3's calls for the bucket would be judged. */
export function judgeNotified(
  { bucket, account, targets }: BucketAction,
  { eventTime }: ConfigurationChange,
  allowlist: Allowlist,
): readonly NotifiedFunction[] {
  const caller = {
    kind: 'service',
    service: 's3.amazonaws.com',
    ...(bucket === null ? {} : { sourceArn: `arn:${readPartition(targets)}:s3:::${bucket}` }),
    ...(account === null ? {} : { sourceAccount: account }),
  } as const;
  return targets.map((target) => ({
    target,
    decision: decideInvocation({ ...ANY_CALL, ...target, eventTime }, caller, allowlist),
  }));
}

/**
 * Judges a bucket's notifications by the worst that they bring. A bucket with the name of the guard's log bucket is told
 * whatever it notifies; its name, which anybody can copy, excuses no function that it opens.
 */
export function judgeNotification(
  action: BucketAction,
  change: ConfigurationChange,
  allowlist: Allowlist,
): ChangeDecision {
  const verdicts = judgeNotified(action, change, allowlist).map(({ decision }) => decision.verdict);
  if (verdicts.includes('unauthorized')) {
    return opens('a bucket notifies a function whose allowlist does not name it');
  }
  if (verdicts.includes('undetermined')) {
    return opens(
      'a bucket notifies a function whose allowlist may not name it: the record does not tell enough',
    );
  }
  if (namesOwnPart('logBucket', action.bucket ?? '')) {
    return judgePart({ kind: 'part', part: 'logBucket', step: 'audienceChanged' });
  }
  return verdicts.includes('authorized')
    ? neutral('a bucket notifies a function whose allowlist names it')
    : neutral('no entry of the allowlist names a function that the bucket notifies');
}

function readPartition(targets: BucketAction['targets']): string {
  return parseArn(targets[0]?.functionArn ?? '')?.partition ?? 'aws';
}
