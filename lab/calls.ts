import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilterLogEventsCommand, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, GetPolicyCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { REMEDIATOR_NAME } from '../core/guard.ts';
import { type PolicyDocument, parsePolicy } from '../core/policy/document.ts';
import { BUCKET_NAME, type CastUser, FUNCTION_ARN, FUNCTION_NAME } from './cast.ts';
import type { Lab, Stage } from './lab.ts';
import { pollUntil, StepFailure } from './step-failure.ts';

/** A call that got in. */
export interface Answer {
  readonly kind: 'served';
  readonly requestId: string;
}

/** A call that the local AWS refused, in its words. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
}

/** Calls the guarded function with the user's own keys. Throws for any end but an answer and a refusal. */
export async function callFunction(user: CastUser): Promise<Answer | Refusal> {
  try {
    const answer = await user.clients.lambda.send(
      new InvokeCommand({ FunctionName: FUNCTION_ARN, Payload: JSON.stringify({ caller: user.userArn }) }),
    );
    const payload = new TextDecoder().decode(answer.Payload);
    const { served } = JSON.parse(payload) as { served?: string };
    if (served !== user.userArn) throw new StepFailure(`the function to serve \`${user.userArn}\``, payload);
    return { kind: 'served', requestId: answer.$metadata.requestId ?? '' };
  } catch (error) {
    return readRefusal(error);
  }
}

/**
 * Asks with the user's own keys whether the call would be authorized; the function does not run. Throws for any end but
 * a yes and a refusal.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function callDry(user: CastUser): Promise<Answer | Refusal> {
  try {
    const answer = await user.clients.lambda.send(
      new InvokeCommand({ FunctionName: FUNCTION_ARN, InvocationType: 'DryRun' }),
    );
    if (answer.StatusCode !== 204) throw new StepFailure('the status 204', `${answer.StatusCode}`);
    return { kind: 'served', requestId: answer.$metadata.requestId ?? '' };
  } catch (error) {
    return readRefusal(error);
  }
}

function readRefusal(error: unknown): Refusal {
  if (!(error instanceof Error) || error.name !== 'AccessDeniedException') throw error;
  return { kind: 'refused', code: error.name, message: error.message };
}

/** Calls as a user who must get in. */
export async function expectServed(user: CastUser, call = callFunction): Promise<Answer> {
  const result = await call(user);
  if (result.kind === 'served') return result;
  throw new StepFailure(`\`${user.userArn}\` to be served`, `${result.code}: ${result.message}`);
}

/** Calls as a user who must stay out. */
export async function expectRefused(user: CastUser, call = callFunction): Promise<Refusal> {
  const result = await call(user);
  if (result.kind === 'refused') return result;
  throw new StepFailure(`\`${user.userArn}\` to be refused`, 'it was served');
}

/** Uploads a file to the listed bucket and waits until the function has logged that it made the thumbnail. */
export async function uploadFile(lab: Lab, key: string): Promise<void> {
  await lab.root.s3.send(new PutObjectCommand({ Bucket: BUCKET_NAME, Key: key, Body: 'a picture' }));
  await pollUntil(
    `\`${FUNCTION_NAME}\` to log that it was called for \`${key}\``,
    () => readFunctionLog(lab, FUNCTION_NAME),
    (lines) => lines.some((line) => line.includes(`thumbnail of ${key}`)),
  );
}

/** What a function has logged so far, oldest first; empty before its first call. */
export async function readFunctionLog(lab: Lab, functionName: string): Promise<readonly string[]> {
  const found = await lab.root.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  );
  const logGroupName = found.LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`;
  try {
    const answer = await lab.root.logs.send(new FilterLogEventsCommand({ logGroupName }));
    return (answer.events ?? []).map((event) => event.message?.trimEnd() ?? '');
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}

/** Keeps what the guard's function has logged beside the other logs of the run, for whoever looks into a failure. */
export async function saveGuardLog(lab: Lab): Promise<void> {
  const lines = await readFunctionLog(lab, REMEDIATOR_NAME);
  await writeFile(join(lab.folder, `${REMEDIATOR_NAME}.log`), `${lines.join('\n')}\n`);
}

/** The resource policy of the guarded function as the local AWS has it now. */
export async function readFunctionPolicy({ root }: Pick<Stage, 'root'>): Promise<PolicyDocument> {
  const answer = await root.lambda.send(new GetPolicyCommand({ FunctionName: FUNCTION_NAME }));
  const parsed = parsePolicy(answer.Policy ?? '{}');
  if (parsed.kind === 'unreadable') throw new StepFailure('a policy in JSON', parsed.reason);
  return parsed.policy;
}
