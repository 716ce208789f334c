import { findRoleCaller, type RoleCaller } from '../core/allowlist/role-callers.ts';
import { hasWildcard, parseArn } from '../core/arn.ts';
import { HEARTBEAT_TARGET_NAME } from '../core/guard.ts';
import { parseFunctionArn, parseFunctionName } from '../core/record/function-reference.ts';
import { readExpiry } from './expiry.ts';
import { quote } from './problem.ts';

/** Answers what is wrong with a value of the file, in a sentence for people; `undefined` where nothing is. */
export type ValueCheck = (value: string) => string | undefined;

const VARIABLE = 'neither IAM variables nor template placeholders are filled in here; write the value itself';

/** Refuses `${…}`: policy variables, and template placeholders that nobody has filled in. */
export function checkVariables(value: string): string | undefined {
  return value.includes('${') ? `${quote(value)} holds \`\${\`: ${VARIABLE}` : undefined;
}

/** An account id has 12 digits. */
export const checkAccount: ValueCheck = (value) => {
  if (/^\d{12}$/.test(value)) return undefined;
  const expected = 'expected an account id of 12 digits';
  if (/^\d+$/.test(value)) {
    const hint =
      value.length < 12
        ? `if a leading zero was lost, write \`"${value.padStart(12, '0')}"\``
        : 'check it against the console';
    return `${quote(value)} has ${value.length} digits, ${expected}: ${hint}`;
  }
  const account = parseArn(value)?.account ?? value.replaceAll('-', '');
  const hint = /^\d{12}$/.test(account) ? `write \`"${account}"\`` : 'it stands in the console, top right';
  return `${quote(value)} is not an account id, ${expected}: ${hint}`;
};

/** Says how a service that never calls as itself does call, and what to write instead. */
export function explainRoleCaller(service: string, { calls, lookFor }: RoleCaller): string {
  return calls === 'polledByLambda'
    ? `\`${service}\` never calls, Lambda polls it: write \`eventSourceMapping:\` with ${lookFor}`
    : `\`${service}\` calls with a role, never as itself: write \`role: arn:aws:iam::ACCOUNT:role/NAME\` with ${lookFor}`;
}

const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/;
const ALEXA = new Set(['alexa-appkit.amazon.com', 'alexa-connectedhome.amazon.com']);

/** A service principal, regional or not. What kind of caller the service is, is judged elsewhere. */
export const checkService: ValueCheck = (value) => {
  if (SERVICE.test(value) || ALEXA.has(value)) return undefined;
  const expected = 'expected a service principal such as `s3.amazonaws.com`';
  if (value.startsWith('arn:'))
    return `${quote(value)} is an ARN, ${expected}: the ARN goes into \`sourceArn\``;
  if (hasWildcard(value)) return `${quote(value)} holds a wildcard, ${expected}: list each service by itself`;
  const lower = value.toLowerCase();
  if (SERVICE.test(lower)) return `${quote(value)} has capital letters, ${expected}: write ${quote(lower)}`;
  if (/^[a-z0-9-]+$/.test(lower)) {
    const principal = `${lower}.amazonaws.com`;
    const row = findRoleCaller(principal);
    // What would be refused next is not worth proposing.
    const fix =
      row === undefined || row.calls === 'eitherWay'
        ? `write ${quote(principal)}`
        : explainRoleCaller(principal, row);
    return `${quote(value)} is not a service principal, ${expected}: ${fix}`;
  }
  return `${quote(value)} is not a service principal, ${expected}`;
};

/** The ARN pattern of the resource that a service calls for. Wildcards work within each of the six parts. */
export const checkSourceArn: ValueCheck = (value) => {
  if (value === '*') return '`*` matches any source: leave `sourceArn` out if that is meant';
  return checkArnShape(value, 'arn:aws:s3:::uploads');
};

function checkArnShape(value: string, example: string): string | undefined {
  const variables = checkVariables(value);
  if (variables !== undefined) return variables;
  const arn = parseArn(value);
  if (arn === undefined || /\s/.test(value)) {
    return `${quote(value)} is not an ARN, expected six parts with colons between, such as ${quote(example)}`;
  }
  if (!/^(aws(-[a-z]+)*|\*)$/.test(arn.partition)) {
    return `${quote(value)} has the partition ${quote(arn.partition)}, expected \`aws\`, \`aws-cn\` or \`aws-us-gov\``;
  }
  if (arn.account === '' || hasWildcard(arn.account) || arn.account === 'aws') return undefined;
  const account = checkAccount(arn.account);
  return account === undefined ? undefined : `the account of ${quote(value)} is wrong: ${account}`;
}

/** What Lambda can poll, by the service part of the source's ARN. */
const POLLED = new Set(['sqs', 'kinesis', 'dynamodb', 'kafka', 'mq', 'rds', 'lambda']);
const MAPPING_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The ARN of an event source mapping, or the ARN pattern of what it polls. */
export const checkEventSourceMapping: ValueCheck = (value) => {
  if (MAPPING_ID.test(value)) {
    const arn = `arn:aws:lambda:REGION:ACCOUNT:event-source-mapping:${value}`;
    return `${quote(value)} is a mapping's id, expected its ARN: write ${quote(arn)}, or the ARN of the queue or stream`;
  }
  const shape = checkArnShape(value, 'arn:aws:sqs:eu-west-1:111122223333:orders');
  if (shape !== undefined) return shape;
  const arn = parseArn(value);
  const service = arn?.service ?? '';
  if (!POLLED.has(service)) {
    return `${quote(value)} is not polled by Lambda, expected a queue, stream, cluster or broker: use \`service: ${service}.amazonaws.com\` with \`sourceArn\``;
  }
  if (service !== 'lambda') return undefined;
  if (!arn?.resource.startsWith('event-source-mapping:')) {
    return `${quote(value)} is not an event source mapping, expected \`…:event-source-mapping:<id>\` or the ARN of what it polls`;
  }
  return hasWildcard(value)
    ? `${quote(value)} holds a wildcard, expected the full ARN of one mapping: to allow several, name the ARN of what they poll`
    : undefined;
};

const NAME = /^[A-Za-z0-9_-]{1,140}$/;
const GLOB = /^[A-Za-z0-9_*?-]{1,140}$/;

/** A function's name, a glob of names, or the full ARN of one function without a qualifier. */
export const checkFunctionName: ValueCheck = (value) => {
  const variables = checkVariables(value);
  if (variables !== undefined) return variables;
  if (value.startsWith('arn:')) return checkFunctionArn(value);
  if (NAME.test(value)) return refuseHeartbeatTarget(value, value);
  if (GLOB.test(value)) {
    const single = value.replaceAll(/\*+/g, '*');
    return single === value
      ? undefined
      : `${quote(value)} repeats \`*\`, expected it once: write ${quote(single)}`;
  }
  const expected = 'expected a function name, a glob such as `orders-*`, or a full function ARN';
  const name = value.split(':')[0] ?? '';
  if (value.includes(':') && NAME.test(name)) {
    return `${quote(value)} names a version or alias, ${expected}: write ${quote(name)}; every version and alias is guarded with it`;
  }
  return `${quote(value)} is not a function name, ${expected}; names have letters, digits, \`-\` and \`_\` only`;
};

/** Listed callers of it, or another mode, would make the heartbeat prove nothing. */
function refuseHeartbeatTarget(value: string, name: string | undefined): string | undefined {
  if (name !== HEARTBEAT_TARGET_NAME) return undefined;
  return `${quote(value)} is the function that Invokeguard's own heartbeat calls, expected a function of yours: remove the entry; the guard adds its own when it is deployed`;
}

function checkFunctionArn(value: string): string | undefined {
  if (hasWildcard(value)) {
    return `${quote(value)} holds a wildcard, expected the full ARN of one function: a glob takes the name only, such as \`orders-*\``;
  }
  const reference = parseFunctionArn(value);
  if (reference === undefined) {
    const shape = checkArnShape(value, 'arn:aws:lambda:eu-west-1:111122223333:function:orders');
    return (
      shape ??
      `${quote(value)} is not the ARN of a function, expected such as \`arn:aws:lambda:eu-west-1:111122223333:function:orders\``
    );
  }
  const own = refuseHeartbeatTarget(value, parseFunctionName(reference.functionArn)?.name);
  if (own !== undefined) return own;
  if (reference.qualifier === null) return undefined;
  return `${quote(value)} names a version or alias, expected the function: write ${quote(reference.functionArn)}; every version and alias is guarded with it`;
}

/** An address that SNS can mail to: one `@`, no spaces, a dot in the domain. */
export const checkEmail: ValueCheck = (value) => {
  if (value.length <= 254 && /^[^\s@<>,;:"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value)) return undefined;
  return `${quote(value)} is not an e-mail address, expected one such as \`security@example.com\``;
};

/** A date or a time with its zone. */
export const checkExpiry: ValueCheck = (value) => {
  const reading = readExpiry(value);
  return reading.kind === 'fault' ? reading.message : undefined;
};

/** A line for people: something, but not a book. */
export const checkRemark: ValueCheck = (value) => {
  if (value.trim() === '') return 'the value is empty, expected a few words: fill it in or remove the key';
  return value.length > 500 ? `the value has ${value.length} characters, expected at most 500` : undefined;
};
