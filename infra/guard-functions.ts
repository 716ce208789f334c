import { join } from 'node:path';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CONVERGER_NAME, REMEDIATOR_NAME } from '../core/guard.ts';
import { grantConvergence, grantRemediation } from './function-rights.ts';
import { createGuardFunction, type GuardParts } from './guard-function.ts';
import { CONVERGENCE_TIMEOUT, type GuardQueues, REMEDIATION_TIMEOUT } from './guard-queues.ts';

/** The functions of one guard. */
export interface GuardFunctions {
  /** Judges each call, and contains. */
  readonly remediator: Function;
  /** Brings all policies of a function under the allowlist. */
  readonly converger: Function;
}

/** Makes both functions from the folder that has their bundles in `remediate/` and `converge/`. */
export function createGuardFunctions(
  scope: Construct,
  parts: GuardParts,
  queues: GuardQueues,
  bundleFolder: string,
): GuardFunctions {
  const remediator = createGuardFunction(scope, 'Remediator', {
    parts,
    name: REMEDIATOR_NAME,
    description: 'Judges calls of Lambda functions against the allowlist, contains and alerts',
    bundleFolder: join(bundleFolder, 'remediate'),
    queue: queues.records,
    batchSize: 10,
    timeout: REMEDIATION_TIMEOUT,
    grantRights: grantRemediation,
  });
  const converger = createGuardFunction(scope, 'Converger', {
    parts,
    name: CONVERGER_NAME,
    description: 'Brings all versions and aliases of Lambda functions under the allowlist',
    bundleFolder: join(bundleFolder, 'converge'),
    queue: queues.convergence,
    // A run may take minutes for one function; another's job must not wait behind it.
    batchSize: 1,
    timeout: CONVERGENCE_TIMEOUT,
    grantRights: grantConvergence,
  });
  return { remediator, converger };
}
