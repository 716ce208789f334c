import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { HEARTBEAT_NAME, HEARTBEAT_TARGET_NAME, nameGuardRole } from '../../core/guard.ts';
import { type CloudTrailEvent, composeRecordEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import { LAB_ACCOUNT, LAB_REGION } from '../local-aws.ts';
import type { Narrator } from '../narration.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import { findMatchingRule, sendEvent } from './deliver-record.ts';
import type { DeployedParts } from './deploy-guard.ts';

/** A beat as the ledger has it. */
export interface LedgerBeat {
  readonly requestID: string;
  /** What the core said about the record that came by the live path; null where none came so far. */
  readonly verdict: string | null;
}

/**
 * Shows one beat of the heartbeat: the deployed function calls its target, and CloudTrail's record of that call comes
 * back as a verdict and is marked in the ledger, without an alert.
 */
export async function feelPulse(lab: Lab, parts: DeployedParts, narrator: Narrator): Promise<LedgerBeat> {
  const answer = await lab.root.lambda.send(
    new InvokeCommand({ FunctionName: HEARTBEAT_NAME, Payload: JSON.stringify({ id: 'demo' }) }),
  );
  if (answer.FunctionError !== undefined) {
    throw new StepFailure('the heartbeat to run', new TextDecoder().decode(answer.Payload));
  }
  const [beat] = await readBeats(lab);
  if (beat === undefined) throw new StepFailure('a beat in the ledger', 'none');
  narrator.tell(
    'REAL',
    `\`${HEARTBEAT_NAME}\` ran, as its schedule has it each quarter of an hour, and called \`${HEARTBEAT_TARGET_NAME}\``,
  );
  const event = composeBeatEvent(beat.requestID);
  const ruleName = await findMatchingRule(lab, parts, event);
  await sendEvent(lab, parts, event);
  narrator.tell('PLAYED', `CloudTrail's record of that call; the deployed rule \`${ruleName}\` matches it`);
  const seen = await pollUntil(
    'the beat to come back as a verdict',
    async () => (await readBeats(lab))[0],
    (found) => found?.verdict === 'unauthorized',
  );
  if (seen === undefined) throw new StepFailure('a beat in the ledger', 'none');
  narrator.tell(
    'REAL',
    `it came back as a verdict (${seen.verdict}) and is marked in the ledger; nobody is told`,
  );
  return seen;
}

/** The call of a session of the heartbeat's role, as CloudTrail would record it. */
function composeBeatEvent(requestID: string): CloudTrailEvent {
  const roleName = nameGuardRole(HEARTBEAT_NAME, LAB_REGION);
  const functionArn = `arn:aws:lambda:${LAB_REGION}:${LAB_ACCOUNT}:function:${HEARTBEAT_TARGET_NAME}`;
  return composeRecordEvent(
    {
      userIdentity: {
        type: 'AssumedRole',
        principalId: `AROAEXAMPLE:${HEARTBEAT_NAME}`,
        arn: `arn:aws:sts::${LAB_ACCOUNT}:assumed-role/${roleName}/${HEARTBEAT_NAME}`,
        accountId: LAB_ACCOUNT,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: 'AROAEXAMPLE',
            arn: `arn:aws:iam::${LAB_ACCOUNT}:role/${roleName}`,
            accountId: LAB_ACCOUNT,
            userName: roleName,
          },
        },
      },
      eventName: 'Invoke',
      sourceIPAddress: '192.0.2.10',
      userAgent: 'aws-sdk-js/3',
      requestParameters: { functionName: functionArn, invocationType: 'RequestResponse' },
      responseElements: null,
      additionalEventData: { functionVersion: `${functionArn}:$LATEST` },
      requestID,
      resources: [{ accountId: LAB_ACCOUNT, type: 'AWS::Lambda::Function', ARN: functionArn }],
      managementEvent: false,
      eventCategory: 'Data',
    },
    new Date(),
  );
}

async function readBeats(lab: Lab): Promise<readonly LedgerBeat[]> {
  const found = await lab.root.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: HEARTBEAT_NAME }),
  );
  const answer = await lab.root.dynamodb.send(
    new ScanCommand({
      TableName: found.Environment?.Variables?.['LEDGER_TABLE_NAME'],
      FilterExpression: 'begins_with(pk, :prefix)',
      ExpressionAttributeValues: { ':prefix': { S: 'heartbeat#' } },
    }),
  );
  return (answer.Items ?? []).map((item) => ({
    requestID: item['pk']?.S?.slice('heartbeat#'.length) ?? '',
    verdict: item['liveVerdict']?.S ?? null,
  }));
}
