import { isAccountId, parseArn } from '../arn.ts';

/** A Lambda function as a record or a person names it: the unqualified ARN, and the qualifier if one was given. */
export interface FunctionReference {
  readonly functionArn: string;
  readonly qualifier: string | null;
}

/** The parts of an unqualified function ARN that other modules need. */
export interface FunctionName {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

const NAME = /^[A-Za-z0-9-_]{1,140}$/;
const PARTITION = /^aws(-[a-z]+)*$/;
const REGION = /^[a-z0-9-]+$/;
const UNQUALIFIED = /^arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]*$/;
const QUALIFIED = /^arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]*:[^:]*$/;
const QUALIFIER = /^(\$LATEST(\.PUBLISHED)?|[A-Za-z0-9-_]{1,128})$/;
/** All before `function:`, or else whatever of its ARN may stand before a name without it; then the name and the qualifier. */
const REQUESTED =
  /^(?:(?:[^:]*:)*?function:|(?:arn:aws[a-z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?)([A-Za-z0-9-_]{1,140})(?::(\$LATEST(?:\.PUBLISHED)?|[A-Za-z0-9-_]{1,128}))?$/;

/** The text as a version, alias or `$LATEST`, or `undefined` where it cannot be one. */
export function parseQualifier(text: string): string | undefined {
  return QUALIFIER.test(text) ? text : undefined;
}

/**
 * Reads a full function ARN, qualified or not. Answers `undefined` for anything else.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (FunctionName)
 */
export function parseFunctionArn(text: string): FunctionReference | undefined {
  const arn = parseArn(text);
  if (arn === undefined || arn.service !== 'lambda') return undefined;
  const [kind, name = '', qualifier, ...rest] = arn.resource.split(':');
  if (kind !== 'function' || rest.length > 0 || !NAME.test(name)) return undefined;
  if (!PARTITION.test(arn.partition) || !REGION.test(arn.region) || !isAccountId(arn.account))
    return undefined;
  if (qualifier !== undefined && !QUALIFIER.test(qualifier)) return undefined;
  return {
    functionArn: `arn:${arn.partition}:lambda:${arn.region}:${arn.account}:function:${name}`,
    qualifier: qualifier ?? null,
  };
}

/**
 * Reads the function that CloudTrail itself names, in a record's `resources`. Only the shape counts (seven parts, or
 * eight with a qualifier): CloudTrail's word stands even where a name or an account looks like none, so that an odd
 * one never makes the caller's own text count. What comes back may not pass `parseFunctionArn`; such a function is
 * judged by its name, and never contained. A qualifier that no function can have is dropped.
 */
export function readRecordedArn(text: string): FunctionReference | undefined {
  if (UNQUALIFIED.test(text)) return { functionArn: text, qualifier: null };
  if (!QUALIFIED.test(text)) return undefined;
  const end = text.lastIndexOf(':');
  return { functionArn: text.slice(0, end), qualifier: parseQualifier(text.slice(end + 1)) ?? null };
}

/** The function's name in the unqualified ARN of a record, however odd: all after the last colon. */
export function readRecordedName(functionArn: string): string {
  return functionArn.slice(functionArn.lastIndexOf(':') + 1);
}

/** Names the parts of an unqualified function ARN; `undefined` where the text is not one. */
export function parseFunctionName(functionArn: string): FunctionName | undefined {
  const reference = parseFunctionArn(functionArn);
  const arn = reference === undefined ? undefined : parseArn(reference.functionArn);
  if (arn === undefined) return undefined;
  const name = arn.resource.slice('function:'.length);
  return { partition: arn.partition, region: arn.region, account: arn.account, name };
}

/**
 * Reads the forms that `functionName` may take in a request: a name, an ARN, or the end of one from any of its parts on
 * (`account:function:name`, and as Lambda's pattern has it also `function:name` or `region:account:name`), each with a
 * qualifier or without. Only the name and qualifier of the short forms are known.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (FunctionName)
 */
export function parseRequestedFunction(text: string): { name: string; qualifier: string | null } | undefined {
  const full = parseFunctionArn(text);
  if (full !== undefined) {
    const name = parseFunctionName(full.functionArn)?.name ?? '';
    return { name, qualifier: full.qualifier };
  }
  const [, name, qualifier = null] = REQUESTED.exec(text) ?? [];
  return name === undefined ? undefined : { name, qualifier };
}

/** Joins an unqualified ARN and a qualifier into the ARN that a resource policy is attached to. */
export function qualifyFunctionArn(functionArn: string, qualifier: string | null): string {
  return qualifier === null ? functionArn : `${functionArn}:${qualifier}`;
}
