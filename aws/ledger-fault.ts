import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { ContainmentError, PermanentError, RetryableError } from '../containment/errors.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

/** Reasons of a cancelled transaction that no repetition mends. */
const LASTING_REASONS = new Set(['ValidationError', 'ItemCollectionSizeLimitExceeded']);

/** True where the item did not meet the condition of a single write. */
export function hasFailedCondition(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/**
 * Throws what a fault of the ledger's table means. Contention and throttling inside a transaction are worth another
 * try; a missing table, permission or key is not.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function raiseLedgerFault(error: unknown, table: string): never {
  if (error instanceof ContainmentError) throw error;
  if (error instanceof TransactionCanceledException) {
    const reasons = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
    const said = `the ledger \`${table}\` did not take the transaction (${reasons.join(', ')})`;
    if (reasons.some((reason) => LASTING_REASONS.has(reason))) {
      throw new PermanentError('LedgerRefused', said, { cause: error });
    }
    throw new RetryableError('LedgerContended', said, { cause: error });
  }
  if (hasFailedCondition(error)) {
    throw new RetryableError('LedgerContended', `the ledger \`${table}\` changed at the same moment`, {
      cause: error,
    });
  }
  if (classifyFault(error) === 'notFound') {
    throw new PermanentError(
      'LedgerMissing',
      `there is no table \`${table}\`: deploy Invokeguard (${describeFault(error)})`,
      { cause: error },
    );
  }
  return raiseFault(error, `dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query on ${table}`);
}
