import type { Context, SQSEvent } from 'aws-lambda';
import { processMessages } from '../../functions/message-batch.ts';
import { StandingClock } from '../containment/in-memory-ports.ts';
import { recordTelemetry } from './recorded-telemetry.ts';

const CONTEXT = { getRemainingTimeInMillis: () => 180_000 } as Context;
const EVENT = {
  Records: ['first', 'second', 'third'].map((messageId) => ({
    messageId,
    body: messageId,
    attributes: { ApproximateReceiveCount: '2' },
  })),
} as SQSEvent;

function buildRuntime() {
  const { telemetry } = recordTelemetry();
  const published = jest.spyOn(telemetry.metrics, 'publishStoredMetrics').mockImplementation();
  const logged = jest.spyOn(telemetry.logger, 'error').mockImplementation();
  return { runtime: { telemetry, ports: { clock: new StandingClock() } }, published, logged };
}

describe('a batch of messages', () => {
  it('is done with where each message was dealt with', async () => {
    const { runtime, published, logged } = buildRuntime();
    const dealt: string[] = [];
    const deal = async ({ body }: { readonly body: string }): Promise<void> => void dealt.push(body);
    expect(await processMessages(EVENT, CONTEXT, runtime, deal)).toEqual({ batchItemFailures: [] });
    expect(new Set(dealt)).toEqual(new Set(['first', 'second', 'third']));
    expect(logged).not.toHaveBeenCalled();
    expect(published).toHaveBeenCalledTimes(1);
  });

  it('has only those messages delivered again that failed, and says why', async () => {
    const { runtime, published, logged } = buildRuntime();
    const error = new Error('not now');
    const deal = async ({ body }: { readonly body: string }): Promise<void> => {
      if (body === 'second') throw error;
    };
    expect(await processMessages(EVENT, CONTEXT, runtime, deal)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'second' }],
    });
    const deliveries = '2';
    expect(logged.mock.calls).toEqual([
      ['message goes back to the queue', { messageId: 'second', deliveries, error }],
    ]);
    expect(published).toHaveBeenCalledTimes(1);
  });

  it('is reported whole where every message failed, instead of failing the run', async () => {
    const { runtime } = buildRuntime();
    const deal = async (): Promise<void> => {
      throw new Error('not now');
    };
    const { batchItemFailures } = await processMessages(EVENT, CONTEXT, runtime, deal);
    expect(batchItemFailures).toHaveLength(3);
  });

  it('leaves a minute of the run for what was begun', async () => {
    const { runtime } = buildRuntime();
    const deadlines: number[] = [];
    await processMessages(EVENT, CONTEXT, runtime, async (_, deadlineMs) => void deadlines.push(deadlineMs));
    expect(new Set(deadlines)).toEqual(new Set([Date.parse('2026-11-21T10:02:00Z')]));
  });
});
