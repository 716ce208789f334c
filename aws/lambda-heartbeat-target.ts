import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { HeartbeatTarget, TargetCall } from '../containment/heartbeat-ports.ts';
import { isJsonObject, readObject, readText } from '../core/json.ts';
import { describeFault } from './sdk-fault.ts';

/**
 * Calls the heartbeat's target. The client must not try again by itself: each try is a call with a requestID of its
 * own, and one that nobody stored would count as somebody else's.
 *
 * IAM: `lambda:InvokeFunction` on that function.
 */
export class LambdaHeartbeatTarget implements HeartbeatTarget {
  readonly #client: LambdaClient;
  readonly #functionArn: string;

  constructor(client: LambdaClient, functionArn: string) {
    this.#client = client;
    this.#functionArn = functionArn;
  }

  async callTarget(): Promise<TargetCall> {
    const command = new InvokeCommand({ FunctionName: this.#functionArn, InvocationType: 'RequestResponse' });
    try {
      const { $metadata } = await this.#client.send(command);
      const requestID = $metadata.requestId;
      if (requestID !== undefined) return { kind: 'answered', requestID };
      return { kind: 'failed', requestID: null, reason: 'Lambda answered without a request id' };
    } catch (error) {
      return { kind: 'failed', requestID: readRequestID(error), reason: describeFault(error) };
    }
  }
}

function readRequestID(error: unknown): string | null {
  return isJsonObject(error) ? (readText(readObject(error, '$metadata'), 'requestId') ?? null) : null;
}
