import * as fc from 'fast-check';
import { type Allowlist, type InvokerEntry, listInvokers } from '../../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../../core/allowlist/function-match.ts';
import type { JsonObject } from '../../core/json.ts';
import {
  account,
  FUNCTION_NAMES,
  OWN,
  PRINCIPALS,
  partition,
  REGION,
  SERVICES,
  SOURCES,
} from './pattern-world.ts';
import { damageRecord, type RecordDamage, recordDamage } from './record-damage.ts';

/** What a record is made of; the allowlist that it is near to comes later, so that both shrink by themselves. */
export interface RecordDraw {
  /** Which function entry of the allowlist is called, counted round; after the last, a name of the world is. */
  readonly functionPick: number;
  readonly functionName: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Which entry of that function names the caller, counted round; after the last, a stranger calls. */
  readonly callerPick: number;
  readonly stranger: StrangerDraw;
  /** What stands in place of a wildcard. */
  readonly filling: string;
  readonly eventName: string;
  readonly eventTime: string;
  readonly sourceIPAddress: string;
  readonly vpcEndpointId: string | undefined;
  /** How `requestParameters.functionName` is written. */
  readonly nameForm: 'arn' | 'qualifiedArn' | 'name' | 'qualifiedName' | 'partialArn' | 'shortestArn';
  readonly damage: readonly RecordDamage[];
}

const EVENT_NAMES = [
  ...Array.from({ length: 9 }, () => 'Invoke'),
  ...'Invoke20150331 InvokeWithResponseStream InvokeFunctionUrl InvokeAsync InvokeExecution'.split(' '),
];

interface StrangerDraw {
  readonly type: string;
  readonly service: string;
  readonly source: string | undefined;
  readonly account: string;
  readonly principal: string;
  readonly partition: string;
  readonly invokedBy: string | undefined;
}

const TYPES =
  'AWSService AssumedRole AssumedRole IAMUser Root Root AWSAccount FederatedUser anonymous WebIdentityUser SAMLUser Directory Unknown'.split(
    ' ',
  );

const stranger: fc.Arbitrary<StrangerDraw> = fc.record({
  type: fc.constantFrom(...TYPES),
  service: fc.constantFrom(...SERVICES),
  source: fc.constantFrom(undefined, ...SOURCES),
  account,
  principal: fc.constantFrom(...PRINCIPALS),
  partition,
  invokedBy: fc.option(fc.constantFrom(...SERVICES), { nil: undefined, freq: 2 }),
});

/**
 * Records of calls. Arrays and keys with dots never stand where CloudTrail writes a plain text or an object: EventBridge
 * can not tell `["a"]` from `"a"`, nor `{"a.b": …}` from `{"a": {"b": …}}`.
 */
export const recordDraw: fc.Arbitrary<RecordDraw> = fc.record({
  functionPick: fc.nat(19),
  functionName: fc.constantFrom(...FUNCTION_NAMES),
  account: fc.constantFrom(OWN, OWN, OWN, OWN, OWN, '444455556666'),
  region: fc.constantFrom(REGION, REGION, REGION, REGION, REGION, 'us-east-1'),
  partition,
  callerPick: fc.nat(9),
  stranger,
  filling: fc.constantFrom('', 'x', 'team/', 'a-b', 'orders'),
  eventName: fc.constantFrom(...EVENT_NAMES),
  eventTime: fc.constantFrom('2026-09-30T23:59:59Z', '2026-11-21T12:00:00Z', '2027-06-01T00:00:00Z'),
  sourceIPAddress: fc.constantFrom(
    '10.1.2.3',
    '192.0.2.7',
    '198.51.100.9',
    's3.amazonaws.com',
    'AWS Internal',
  ),
  vpcEndpointId: fc.constantFrom(undefined, undefined, 'vpce-0a1b2c3d', 'vpce-other'),
  nameForm: fc.constantFrom('arn', 'qualifiedArn', 'name', 'qualifiedName', 'partialArn', 'shortestArn'),
  damage: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(recordDamage, { minLength: 1, maxLength: 3 }) },
  ),
});

/** Makes the record: a call by one of the allowlist's callers or a stranger, damaged or whole. */
export function composeRecord(draw: RecordDraw, allowlist: Allowlist): JsonObject {
  const functionArn = composeFunctionArn(draw, allowlist);
  const guarded = findFunctionEntry(allowlist, functionArn);
  const entries = guarded === undefined ? [] : listInvokers(allowlist, guarded);
  const entry = entries[draw.callerPick % (entries.length + 1)];
  const { userIdentity, parameters } = composeCaller(
    entry === undefined ? draw.stranger : imitate(entry, draw),
  );
  const whole = {
    eventVersion: '1.11',
    userIdentity,
    eventTime: draw.eventTime,
    eventSource: 'lambda.amazonaws.com',
    eventName: draw.eventName,
    awsRegion: draw.region,
    sourceIPAddress: draw.sourceIPAddress,
    ...(draw.vpcEndpointId === undefined ? {} : { vpcEndpointId: draw.vpcEndpointId }),
    requestParameters: { functionName: writeName(functionArn, draw.nameForm), ...parameters },
    additionalEventData: { functionVersion: `${functionArn}:$LATEST` },
    resources: [{ accountId: draw.account, type: 'AWS::Lambda::Function', ARN: functionArn }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: draw.account,
    eventCategory: 'Data',
  };
  return damageRecord(whole, draw.damage);
}

function composeFunctionArn(draw: RecordDraw, { functions }: Allowlist): string {
  const selector = functions[draw.functionPick % (functions.length + 1)]?.selector;
  if (selector?.kind === 'arn') return selector.arn;
  const name =
    selector?.kind === 'name'
      ? selector.name
      : selector?.kind === 'glob'
        ? fill(selector.glob, draw.filling.replaceAll('/', '-')) || 'orders'
        : draw.functionName;
  return `arn:${draw.partition}:lambda:${draw.region}:${draw.account}:function:${name}`;
}

function writeName(functionArn: string, form: RecordDraw['nameForm']): string {
  const parts = functionArn.split(':');
  const name = parts[6] ?? '';
  return {
    arn: functionArn,
    qualifiedArn: `${functionArn}:live`,
    name,
    qualifiedName: `${name}:7`,
    partialArn: `${parts[4]}:function:${name}`,
    shortestArn: `function:${name}`,
  }[form];
}

function fill(pattern: string, filling: string): string {
  return pattern.replaceAll('*', filling).replaceAll('?', 'q');
}

type CallerDraw = StrangerDraw & { readonly arn?: string; readonly sourceAccount?: string };

/** The draw of a caller whom the entry lists, or would if its wildcards were filled otherwise. */
function imitate(entry: InvokerEntry, { stranger: other, filling }: RecordDraw): CallerDraw {
  switch (entry.kind) {
    case 'service':
      return {
        ...other,
        type: 'AWSService',
        service: entry.service,
        source: entry.sourceArn === undefined ? other.source : fill(entry.sourceArn, filling),
        ...(entry.sourceAccount === undefined ? {} : { sourceAccount: entry.sourceAccount }),
      };
    case 'role':
      return { ...other, type: 'AssumedRole', arn: fill(entry.role, filling), ...readUser(entry) };
    case 'user':
      return { ...other, type: 'IAMUser', arn: fill(entry.user, filling), ...readUser(entry) };
    case 'account': {
      const types = ['AssumedRole', 'IAMUser', 'Root', 'AWSAccount', 'FederatedUser'];
      const type = types.includes(other.type) ? other.type : 'AWSAccount';
      return { ...other, type, account: entry.account };
    }
    case 'functionUrl':
      return { ...other, type: 'anonymous' };
    case 'eventSourceMapping':
      return { ...other, type: 'AWSService', service: 'lambda.amazonaws.com', source: SOURCES[6] };
  }
}

/** The service that uses the credentials, where the entry asks for one. */
function readUser({ narrowing }: InvokerEntry): Pick<StrangerDraw, 'invokedBy'> | undefined {
  return narrowing?.invokedBy === undefined ? undefined : { invokedBy: narrowing.invokedBy[0] };
}

interface ComposedCaller {
  readonly userIdentity: JsonObject;
  readonly parameters: JsonObject;
}

function composeCaller(draw: CallerDraw): ComposedCaller {
  const { type, account: accountId } = draw;
  const invokedBy = draw.invokedBy === undefined ? {} : { invokedBy: draw.invokedBy };
  const arnOf = (kind: string): string =>
    draw.arn ?? `arn:${draw.partition}:iam::${accountId}:${kind}/${draw.principal}`;
  const callBy = (userIdentity: JsonObject): ComposedCaller => ({
    userIdentity: { type, ...userIdentity },
    parameters: {},
  });
  switch (type) {
    case 'AWSService':
      return {
        userIdentity: { type, invokedBy: draw.service },
        parameters: {
          ...(draw.source === undefined ? {} : { sourceArn: draw.source }),
          ...(draw.sourceAccount === undefined ? {} : { sourceAccount: draw.sourceAccount }),
        },
      };
    case 'AssumedRole': {
      const arn = arnOf('role');
      const session = `arn:${draw.partition}:sts::${accountId}:assumed-role/${arn.split('/').at(-1)}/work`;
      const sessionContext = { sessionIssuer: { type: 'Role', arn, accountId }, attributes: {} };
      return callBy({
        principalId: 'AROAEXAMPLE:work',
        arn: session,
        accountId,
        sessionContext,
        ...invokedBy,
      });
    }
    case 'IAMUser':
      return callBy({ principalId: 'AIDAEXAMPLE', arn: arnOf('user'), accountId, ...invokedBy });
    case 'Root':
      return callBy({
        principalId: accountId,
        arn: `arn:${draw.partition}:iam::${accountId}:root`,
        accountId,
      });
    case 'AWSAccount':
      return callBy({ principalId: 'AROAEXAMPLE:work', accountId });
    case 'FederatedUser':
      return callBy({ arn: `arn:${draw.partition}:sts::${accountId}:federated-user/visitor`, accountId });
    case 'anonymous':
      return callBy({
        type: 'AWSAccount',
        principalId: 'anonymous',
        accountId: accountId === OWN ? 'aws' : 'anonymous',
      });
    default:
      return callBy({ principalId: 'EXAMPLE', arn: arnOf('role'), accountId, ...invokedBy });
  }
}
