import type { Caller } from './caller.ts';

/** Says who called, in a few words. The text may hold what the caller chose (session names): print it safely. */
export function describeCaller(caller: Caller): string {
  switch (caller.kind) {
    case 'service':
      return caller.sourceArn === undefined ? caller.service : `${caller.service} for ${caller.sourceArn}`;
    case 'role': {
      const session = caller.sessionName === undefined ? '' : `, session ${caller.sessionName}`;
      const through = caller.invokedBy === undefined ? '' : `, through ${caller.invokedBy}`;
      return `role ${caller.roleArn}${session}${through}`;
    }
    case 'user':
      return caller.invokedBy === undefined
        ? `user ${caller.userArn}`
        : `user ${caller.userArn}, through ${caller.invokedBy}`;
    case 'root':
      return `root user of account ${caller.account}`;
    case 'account':
      return `somebody of account ${caller.account}`;
    case 'federated':
      return `federated user ${caller.arn}`;
    case 'anonymous':
      return 'anonymous caller of the function URL';
    case 'eventSourceMapping':
      return `event source mapping ${caller.mappingArn}`;
    case 'unknown':
      return `unknown caller (${caller.seen})`;
  }
}

/**
 * Names a caller for counting repetitions: two calls have the same key where the allowlist could not tell them apart.
 * Session names are left out, since whoever calls can choose a new one for each call.
 */
export function composeCallerKey(caller: Caller): string {
  switch (caller.kind) {
    case 'service':
      return `service|${caller.service}|${caller.sourceArn ?? ''}|${caller.sourceAccount ?? ''}`;
    case 'role':
      return `role|${caller.roleArn}`;
    case 'user':
      return `user|${caller.userArn}`;
    case 'root':
    case 'account':
      return `${caller.kind}|${caller.account}`;
    case 'federated':
      return `federated|${caller.arn}`;
    case 'anonymous':
      return 'anonymous';
    case 'eventSourceMapping':
      return `eventSourceMapping|${caller.mappingArn}`;
    case 'unknown':
      return `unknown|${caller.seen}`;
  }
}
