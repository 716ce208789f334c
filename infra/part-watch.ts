import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct, IConstruct } from 'constructs';
import { NameStandIns } from './name-stand-ins.ts';
import { composeWatchTopicArn, WatchRules } from './watch-rules.ts';
import { findParts, nameKey } from './watched-parts.ts';

/** What the watch over parts in another stack of the guard needs to know. */
export interface PartWatchProps {
  readonly name: 'trail' | 'sweep';
  /** A key that is not made below the construct. */
  readonly encryptionKey: IKey | undefined;
  readonly characters: number;
}

/**
 * Tells of tampering with the parts below a construct that stands in another stack than the guard's, where its rules
 * are made too. They send to the guard's topic by its fixed ARN.
 */
export function watchParts(
  scope: Construct,
  guard: IConstruct,
  { name, encryptionKey, characters }: PartWatchProps,
): void {
  const stack = Stack.of(scope);
  const standIns = new NameStandIns(stack);
  const found = findParts(scope, standIns);
  const keyIds = [...new Set([...found.keyIds, ...nameKey(encryptionKey, standIns)])];
  new WatchRules(scope, 'Watch', {
    name,
    parts: {
      ...found,
      keyIds,
      fixedNames: null,
      // What is done to the guard's own stack is told once.
      stacks: stack === Stack.of(guard) ? [] : found.stacks,
    },
    standIns,
    // The names of all other parts are among the words of the guard's own watch.
    words: keyIds,
    characters,
    topicArn: composeWatchTopicArn(stack),
  });
}
