import type { DeployedRules } from '../../core/heartbeat/chain-parts.ts';

/** Where the parts of the chain are; set by infra. */
export interface ChainEnvironment {
  /** Null where the stack was not told of a trail. */
  readonly trailArn: string | null;
  readonly recordsUrl: string;
  readonly deadLettersUrl: string;
  readonly rules: DeployedRules;
}

const VARIABLES = {
  TRAIL_ARN: {
    pattern: /^(arn:[^:]+:cloudtrail:[^:]+:\d{12}:trail\/.+)?$/,
    expected: 'the ARN of a trail, or nothing',
  },
  RECORDS_QUEUE_URL: { pattern: /^https?:\/\/.+$/, expected: 'an SQS queue URL' },
  DEAD_LETTER_QUEUE_URL: { pattern: /^https?:\/\/.+$/, expected: 'an SQS queue URL' },
  RECORDS_QUEUE_ARN: { pattern: /^arn:[^:]+:sqs:[^:]+:\d{12}:.+$/, expected: 'an SQS queue ARN' },
  INVOCATION_RULES: { pattern: /^\d{1,3}$/, expected: 'how many rules for calls there are' },
} as const;

/** Reads what the heartbeat needs beside the other functions' environment. Throws one error that names every fault. */
export function parseChainEnvironment(env: Readonly<Record<string, string | undefined>>): ChainEnvironment {
  const faults = Object.entries(VARIABLES).flatMap(([variable, { pattern, expected }]) => {
    const value = env[variable] ?? '';
    return pattern.test(value) ? [] : [`\`${variable}\` is \`${value}\`, expected ${expected}`];
  });
  if (faults.length > 0) {
    throw new Error(
      `cannot start: ${faults.join('; ')}. These variables are set by the Invokeguard stack: deploy it again`,
    );
  }
  const read = (variable: keyof typeof VARIABLES): string => env[variable] ?? '';
  return {
    trailArn: read('TRAIL_ARN') === '' ? null : read('TRAIL_ARN'),
    recordsUrl: read('RECORDS_QUEUE_URL'),
    deadLettersUrl: read('DEAD_LETTER_QUEUE_URL'),
    rules: { invocationRules: Number(read('INVOCATION_RULES')), queueArn: read('RECORDS_QUEUE_ARN') },
  };
}
