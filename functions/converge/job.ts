import type { ConvergenceJob } from '../../containment/ports.ts';
import type { Caller } from '../../core/caller/caller.ts';
import { isJsonObject, type JsonObject, readObject, readText } from '../../core/json.ts';
import { parseFunctionArn } from '../../core/record/function-reference.ts';

/** A job of the queue, or why the message is not one. */
export type ReadJob =
  | { readonly kind: 'job'; readonly job: ConvergenceJob }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads one message of the convergence queue: from the remediation function, the schedule, or a deployment. */
export function readJob(body: string): ReadJob {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { kind: 'malformed', reason: 'the message body is not JSON' };
  }
  const object = isJsonObject(value) ? value : undefined;
  const runID = readText(object, 'runID');
  if (runID === undefined) return { kind: 'malformed', reason: 'the job has no `runID`' };
  switch (readText(object, 'kind')) {
    case 'all':
      return { kind: 'job', job: { kind: 'all', runID } };
    case 'digest':
      return { kind: 'job', job: { kind: 'digest', runID } };
    case 'function': {
      const reference = parseFunctionArn(readText(object, 'functionArn') ?? '');
      if (reference === undefined) return { kind: 'malformed', reason: 'the job has no function ARN' };
      const offender = readOffender(object);
      return { kind: 'job', job: { kind: 'function', functionArn: reference.functionArn, runID, offender } };
    }
    default:
      return { kind: 'malformed', reason: 'the job is none of `all`, `digest` and `function`' };
  }
}

/**
 * The remediation function writes it. Whoever else may send to this queue could name another caller, and would only
 * have an unlisted one denied: the plan refuses to deny a listed caller.
 */
function readOffender(job: JsonObject | undefined): Caller | null {
  const offender = readObject(job, 'offender');
  return readText(offender, 'kind') === undefined ? null : ((offender as Caller | undefined) ?? null);
}
