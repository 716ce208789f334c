/** What the guard's functions need from their environment; set by infra. */
export interface GuardEnvironment {
  readonly ledgerTableName: string;
  readonly alertTopicArn: string;
  readonly convergenceQueueUrl: string;
  readonly account: string;
  readonly region: string;
  readonly guardName: string;
}

const REQUIRED = {
  ledgerTableName: {
    variable: 'LEDGER_TABLE_NAME',
    pattern: /^[A-Za-z0-9_.-]{3,255}$/,
    expected: 'a DynamoDB table name',
  },
  alertTopicArn: {
    variable: 'ALERT_TOPIC_ARN',
    pattern: /^arn:[^:]+:sns:[^:]+:\d{12}:.+$/,
    expected: 'an SNS topic ARN',
  },
  convergenceQueueUrl: {
    variable: 'CONVERGENCE_QUEUE_URL',
    pattern: /^https?:\/\/.+$/,
    expected: 'an SQS queue URL',
  },
  account: { variable: 'GUARD_ACCOUNT', pattern: /^\d{12}$/, expected: '12 digits' },
  region: { variable: 'GUARD_REGION', pattern: /^[a-z0-9-]+$/, expected: 'a Region name' },
  guardName: { variable: 'GUARD_NAME', pattern: /^[A-Za-z0-9-_]{1,64}$/, expected: 'a function name' },
} as const;

/**
 * Reads the environment once. Throws one error that names every fault, so that a bad deployment is mended in one go.
 */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): GuardEnvironment {
  const faults: string[] = [];
  const read = (key: keyof typeof REQUIRED): string => {
    const { variable, pattern, expected } = REQUIRED[key];
    const value = env[variable];
    if (value === undefined || value === '') faults.push(`\`${variable}\` is not set, expected ${expected}`);
    else if (!pattern.test(value)) faults.push(`\`${variable}\` is \`${value}\`, expected ${expected}`);
    return value ?? '';
  };
  const environment: GuardEnvironment = {
    ledgerTableName: read('ledgerTableName'),
    alertTopicArn: read('alertTopicArn'),
    convergenceQueueUrl: read('convergenceQueueUrl'),
    account: read('account'),
    region: read('region'),
    guardName: read('guardName'),
  };
  if (faults.length > 0) {
    throw new Error(
      `cannot start: ${faults.join('; ')}. These variables are set by the Invokeguard stack: deploy it again`,
    );
  }
  return environment;
}
