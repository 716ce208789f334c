import { findPartition } from '../arn.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import type { IdentityAction } from './change.ts';
import { readRefusedResource } from './refused-resource.ts';

type Step = IdentityAction['step'];

/**
 * The calls of IAM's API by which somebody else may come to act as a role or a user, or nobody any more.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
export const IDENTITY_CALLS: Readonly<Record<IdentityAction['identity'], Readonly<Record<string, Step>>>> = {
  role: { UpdateAssumeRolePolicy: 'trustChanged', CreateRole: 'created', DeleteRole: 'deleted' },
  user: {
    CreateUser: 'created',
    UpdateUser: 'renamed',
    DeleteUser: 'deleted',
    CreateAccessKey: 'credentialsChanged',
    UpdateAccessKey: 'credentialsChanged',
    CreateLoginProfile: 'credentialsChanged',
    UpdateLoginProfile: 'credentialsChanged',
  },
};

/** Reads what a call of IAM's API does to a role or a user; `undefined` for all other calls. */
export function readIdentityAction(eventName: string, record: JsonObject): IdentityAction | undefined {
  for (const identity of ['role', 'user'] as const) {
    const calls = IDENTITY_CALLS[identity];
    const step = Object.hasOwn(calls, eventName) ? calls[eventName] : undefined;
    if (step !== undefined) return { kind: 'identity', identity, step, ...readNamed(identity, step, record) };
  }
  return undefined;
}

function readNamed(
  identity: IdentityAction['identity'],
  step: Step,
  record: JsonObject,
): Pick<IdentityAction, 'name' | 'arn' | 'account'> {
  const parameters = asObject(record['requestParameters']);
  const account = asText(record['recipientAccountId']);
  const name =
    asText(parameters?.['newUserName']) ??
    asText(parameters?.[`${identity}Name`]) ??
    (identity === 'user' ? readOwnName(record) : null);
  const answered = asText(asObject(asObject(record['responseElements'])?.[identity])?.['arn']);
  if (name === null) {
    const refused = readRefusedResource(record);
    const arn = refused?.startsWith('arn:') === true ? refused : null;
    return { name: refused?.slice(refused.lastIndexOf('/') + 1) ?? null, arn, account };
  }
  // Only what is made has a path in its request; without one it is `/`.
  const path = asText(parameters?.['path']) ?? '/';
  const partition = findPartition(asText(record['awsRegion']) ?? '');
  const made =
    step === 'created' && account !== null
      ? `arn:${partition}:iam::${account}:${identity}${path}${name}`
      : null;
  return { name, arn: answered ?? made, account };
}

/** Without a name a user's call is about the caller's own credentials. */
function readOwnName(record: JsonObject): string | null {
  if (asText(record['errorMessage']) !== null && asObject(record['requestParameters']) === undefined)
    return null;
  return asText(asObject(record['userIdentity'])?.['userName']);
}
