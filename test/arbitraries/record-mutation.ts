import type { Dice } from './dice.ts';

type Container = Record<string, unknown> | unknown[];

const ACCOUNT = '111122223333';
const FUNCTION_ARN = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:thumbnailer`;

/** Texts that records have in the wild, or that somebody might try. */
const TEXTS = `
  null aws anonymous Anonymous * ${ACCOUNT} 44445555666 thumbnailer thumbnailer:live $LATEST live yesterday 2026-02-30
  s3.amazonaws.com lambda.amazonaws.com logs.eu-west-1.amazonaws.com https://evil.example constructor __proto__
  AWSService AssumedRole IAMUser Root AWSAccount FederatedUser IdentityCenterUser Unknown 1.0 1.05 1.11 2.0
  Invoke Invoke20150331 InvokeAsync InvokeFunctionUrl InvokeExecution InvokeWithResponseStream
  ${FUNCTION_ARN} ${FUNCTION_ARN}:live ${FUNCTION_ARN}:live:more arn:aws:lambda:::function: arn::::: :::::::
  arn:aws:lambda:eu-west-1:${ACCOUNT}:event-source-mapping:aa arn:aws:s3:::uploads arn:aws:iam::${ACCOUNT}:root
  arn:aws:iam::${ACCOUNT}:role/a/b arn:aws:iam::1:role/x arn:aws:iam::${ACCOUNT}:user/ops
  \u202egnp.exe \u0000 \ud800 \u200b \u001b[2J`
  .trim()
  .split(/[ \n]+/);

const VALUES: readonly unknown[] = [
  ...TEXTS,
  'AWS Internal',
  '',
  ' ',
  '\u2028',
  null,
  true,
  false,
  0,
  -1,
  1e308,
  111122223333,
];

const KEYS: readonly string[] = `
  __proto__ constructor toString hasOwnProperty somethingNew detail-type detail Records CloudTrailEvent
  ARN arn type invokedBy accountId principalId sessionContext sessionIssuer inScopeOf resources userIdentity
  functionName qualifier sourceArn sourceAccount insightDetails vpcEndpointId
  eventVersion eventName eventSource eventTime eventID errorCode`
  .trim()
  .split(/\s+/);

function pick<Value>(values: readonly Value[], dice: Dice): Value {
  return values[dice(values.length)] as Value;
}

/** Changes a copy of a record in one to five places, at any depth, and now and then what it is delivered in. */
export function mutateRecord(record: unknown, dice: Dice): unknown {
  let mutant = structuredClone(record);
  for (let left = 1 + dice(5); left > 0; left -= 1) {
    if (isContainer(mutant)) mutateContainer(mutant, dice);
    else mutant = pick(VALUES, dice);
  }
  return dice(10) === 0 ? wrapRecord(mutant, dice) : mutant;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function mutateContainer(root: Container, dice: Dice): void {
  let place = root;
  for (;;) {
    const child = readOwn(place, pickKey(place, dice));
    // Most of what the core looks at stands one to four levels deep.
    if (!isContainer(child) || dice(3) === 0) break;
    place = child;
  }
  const key = pickKey(place, dice);
  const value = readOwn(place, key);
  switch (dice(8)) {
    case 0:
      if (Array.isArray(place)) place.splice(Number(key), 1);
      else delete place[key];
      return;
    case 1:
      setOwn(place, key, mutateText(value, dice));
      return;
    case 2:
      setOwn(place, key, [value, pick(VALUES, dice)].slice(0, 1 + dice(2)));
      return;
    case 3:
      setOwn(place, Array.isArray(place) ? String(place.length) : pick(KEYS, dice), structuredClone(value));
      return;
    case 4:
      setOwn(place, key, dice(2) === 0 ? {} : []);
      return;
    case 5:
      setOwn(place, key, nest(value, 1 + dice(dice(50) === 0 ? 300 : 8)));
      return;
    default:
      setOwn(place, key, pick(VALUES, dice));
  }
}

function pickKey(place: Container, dice: Dice): string {
  const keys = Object.keys(place);
  if (keys.length > 0) return pick(keys, dice);
  return Array.isArray(place) ? '0' : pick(KEYS, dice);
}

/** Never what objects inherit: a mutation of that would change every record to come. */
function readOwn(place: Container, key: string): unknown {
  return Object.getOwnPropertyDescriptor(place, key)?.value;
}

/** As `JSON.parse` does: `__proto__` becomes a field like any other. */
function setOwn(place: Container, key: string, value: unknown): void {
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });
}

function nest(value: unknown, levels: number): unknown {
  let nested = value;
  for (let level = 0; level < levels; level += 1) nested = { [level % 2 === 0 ? 'arn' : 'x']: nested };
  return nested;
}

function mutateText(value: unknown, dice: Dice): unknown {
  if (typeof value !== 'string') return JSON.stringify(value) ?? '';
  const at = dice(value.length + 1);
  switch (dice(6)) {
    case 0:
      return value.slice(0, at);
    case 1:
      return value.slice(at);
    case 2:
      return value.slice(0, at) + String(pick(VALUES, dice)) + value.slice(at);
    case 3:
      return (
        value.slice(0, at) +
        pick([':', '/', '*', '?', '\n', '\u0000', '\ud83d', "'", '"', ' '], dice) +
        value.slice(at)
      );
    case 4:
      return dice(2) === 0 ? value.toUpperCase() : value.toLowerCase();
    default:
      return value.repeat(1 + dice(dice(100) === 0 ? 500 : 3));
  }
}

function wrapRecord(record: unknown, dice: Dice): unknown {
  switch (dice(5)) {
    case 0:
      return { 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.lambda', detail: record };
    case 1:
      return { CloudTrailEvent: JSON.stringify(record) };
    case 2:
      return { CloudTrailEvent: (JSON.stringify(record) ?? '').slice(0, 1 + dice(400)) };
    case 3:
      return [record];
    default:
      return { Records: [record] };
  }
}
