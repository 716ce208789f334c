import * as fc from 'fast-check';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { OTHER, OWN, SERVICES, SOURCES } from './pattern-world.ts';

/** One change of a record: a field that is gone, of another type, or nearly what it was; or other resources. */
export type RecordDamage =
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly change: FieldChange }
  | { readonly kind: 'resources'; readonly shape: ResourceShape };

type FieldChange =
  | { readonly kind: 'remove' }
  | { readonly kind: 'set'; readonly value: unknown }
  | { readonly kind: 'append' | 'shorten' | 'upperCase' };

const SHAPES = [
  'otherBefore',
  'otherAfter',
  'thingBefore',
  'withoutArn',
  'lowerCase',
  'bothCases',
  'single',
  'qualified',
  'nothing',
  'empty',
  'text',
  'emptyObject',
  'nullElement',
  'noFunction',
  'oddFunction',
  'ownBefore',
] as const;
type ResourceShape = (typeof SHAPES)[number];

const IDENTITY = ['type', 'invokedBy', 'arn', 'accountId', 'principalId', 'sessionContext', 'inScopeOf'];
const PATHS: readonly (readonly string[])[] = [
  ['userIdentity'],
  ...IDENTITY.map((key) => ['userIdentity', key]),
  ['userIdentity', 'type'],
  ['userIdentity', 'invokedBy'],
  ['userIdentity', 'accountId'],
  ['userIdentity', 'sessionContext', 'sessionIssuer'],
  ['userIdentity', 'sessionContext', 'sessionIssuer', 'arn'],
  ['userIdentity', 'sessionContext', 'sessionIssuer', 'type'],
  ['requestParameters'],
  ...['functionName', 'qualifier', 'sourceArn', 'sourceAccount'].map((key) => ['requestParameters', key]),
  ['resources'],
  ['eventName'],
  ['eventTime'],
  ['awsRegion'],
  ['recipientAccountId'],
  ['additionalEventData'],
  ['additionalEventData', 'functionVersion'],
];
const TEXTS = [
  ...SERVICES,
  ...SOURCES,
  ...`${OWN} ${OTHER} aws anonymous ANONYMOUS Anonymous live $LATEST Invoke InvokeExecution orders *`.split(
    ' ',
  ),
  ...'AWSService AssumedRole IAMUser Root AWSAccount FederatedUser Unknown'.split(' '),
  ' ',
  'arn:aws:iam::111122223333:role/team/ci',
];

const change: fc.Arbitrary<FieldChange> = fc.oneof(
  fc.constantFrom<FieldChange>(
    { kind: 'remove' },
    { kind: 'remove' },
    { kind: 'remove' },
    { kind: 'append' },
    { kind: 'shorten' },
    { kind: 'upperCase' },
  ),
  fc
    .constantFrom<unknown>(null, '', 0, 7, true, false, {}, { arn: 'x' })
    .map((value) => ({ kind: 'set' as const, value })),
  fc.constantFrom(...TEXTS).map((value) => ({ kind: 'set' as const, value })),
);

/** Any change, anywhere in a record where the core or a pattern looks. */
export const recordDamage: fc.Arbitrary<RecordDamage> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...PATHS), change)
      .map(([path, how]) => ({ kind: 'field' as const, path, change: how })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...SHAPES).map((shape) => ({ kind: 'resources' as const, shape })),
  },
);

/** Applies changes in their order; one whose place is not there any more does nothing. */
export function damageRecord(record: JsonObject, damages: readonly RecordDamage[]): JsonObject {
  return damages.reduce<JsonObject>(
    (before, damage) =>
      damage.kind === 'field'
        ? changeField(before, damage.path, damage.change)
        : { ...before, resources: reshape(before['resources'], damage.shape) },
    record,
  );
}

function changeField(object: JsonObject, [key, ...below]: readonly string[], how: FieldChange): JsonObject {
  if (key === undefined) return object;
  const value = object[key];
  if (below.length > 0)
    return isJsonObject(value) ? { ...object, [key]: changeField(value, below, how) } : object;
  const { [key]: _, ...others } = object;
  if (how.kind === 'remove') return others;
  return { ...object, [key]: how.kind === 'set' ? how.value : changeText(value, how.kind) };
}

function changeText(value: unknown, how: 'append' | 'shorten' | 'upperCase'): unknown {
  if (typeof value !== 'string') return value;
  return { append: `${value}x`, shorten: value.slice(0, -1), upperCase: value.toUpperCase() }[how];
}

const OTHER_FUNCTION = {
  type: 'AWS::Lambda::Function',
  ARN: `arn:aws:lambda:eu-west-1:${OWN}:function:worker`,
};
const OWN_FUNCTION = { ARN: `arn:aws:lambda:eu-west-1:${OWN}:function:invokeguard-remediator` };
const THING = {
  type: 'AWS::EC2::NetworkInterface',
  ARN: `arn:aws:ec2:eu-west-1:${OWN}:network-interface/eni-1`,
};

function reshape(resources: unknown, shape: ResourceShape): unknown {
  const list: readonly unknown[] = Array.isArray(resources) ? resources : [];
  const first = isJsonObject(list[0]) ? list[0] : {};
  const { ARN, ...others } = first;
  switch (shape) {
    case 'otherBefore':
      return [OTHER_FUNCTION, ...list];
    case 'otherAfter':
      return [...list, OTHER_FUNCTION];
    case 'ownBefore':
      return [OWN_FUNCTION, ...list];
    case 'thingBefore':
      return [THING, ...list];
    case 'withoutArn':
      return [others];
    case 'lowerCase':
      return [{ ...others, arn: ARN }];
    case 'bothCases':
      return [{ ...first, arn: OTHER_FUNCTION.ARN }];
    case 'single':
      return first;
    case 'qualified':
      return [{ ...others, ARN: `${String(ARN)}:live` }];
    case 'nothing':
      return null;
    case 'empty':
      return [];
    case 'text':
      return 'resources';
    case 'emptyObject':
      return [{}];
    case 'nullElement':
      return [null, ...list];
    case 'noFunction':
      return [THING];
    case 'oddFunction':
      return [{ ...others, ARN: `${String(ARN)}/odd name` }];
  }
}
