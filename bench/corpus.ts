// Writes CloudTrail logs for benches: seeded, so that the same arguments give the same bytes, with the allowlist that
// fits them. `large` is few files of thousands of records, `small` many files of 50 to 200 records.
// Usage: node --import tsx bench/corpus.ts FOLDER [records] [large|small] [seed]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createDice, type Dice } from '../test/arbitraries/dice.ts';

/** How records are spread over files. */
export type CorpusShape = 'large' | 'small';

/** What was written. */
export interface Corpus {
  readonly folder: string;
  /** The allowlist that lists every caller but the strangers. */
  readonly allowlist: string;
  readonly files: number;
  readonly records: number;
  readonly inflatedBytes: number;
  readonly compressedBytes: number;
}

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const FUNCTIONS = 200;
const ROLES = 40;
/** One call in so many comes from a caller whom the allowlist does not list. */
const STRANGER_EVERY = 1000;

function rollHex(dice: Dice, digits: number): string {
  let text = '';
  while (text.length < digits) text += dice(0x10000).toString(16).padStart(4, '0');
  return text.slice(0, digits);
}

function rollUuid(dice: Dice): string {
  return `${rollHex(dice, 8)}-${rollHex(dice, 4)}-4${rollHex(dice, 3)}-a${rollHex(dice, 3)}-${rollHex(dice, 12)}`;
}

function nameFunction(index: number): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:orders-${index.toString().padStart(3, '0')}-worker`;
}

function assumeRole(dice: Dice, role: string, session: string, invokedBy: string | null): object {
  const roleId = `AROA${role.length.toString(36).toUpperCase().padStart(4, 'Z')}EXAMPLE0000X`;
  return {
    type: 'AssumedRole',
    principalId: `${roleId}:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: `ASIA${rollHex(dice, 16).toUpperCase()}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: roleId,
        arn: `arn:aws:iam::${ACCOUNT}:role/service-role/${role}`,
        accountId: ACCOUNT,
        userName: role,
      },
      attributes: { creationDate: '2026-10-01T05:32:03Z', mfaAuthenticated: 'false' },
    },
    ...(invokedBy === null ? {} : { invokedBy }),
  };
}

/** Who calls: a queue's mapping, buckets, rules, state machines (a new session for each call), deployments, people. */
function rollCaller(dice: Dice, index: number, stranger: boolean): { identity: object; parameters: object } {
  if (stranger) return { identity: assumeRole(dice, `stranger-${dice(3)}`, 'shell', null), parameters: {} };
  const kind = dice(100);
  const role = `team-${index % ROLES}-states`;
  if (kind < 30) {
    const parameters = { sourceArn: `arn:aws:s3:::uploads-${index}`, sourceAccount: ACCOUNT };
    return { identity: { type: 'AWSService', invokedBy: 's3.amazonaws.com' }, parameters };
  }
  if (kind < 50) {
    const parameters = {
      sourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/every-${index}`,
      sourceAccount: ACCOUNT,
    };
    return { identity: { type: 'AWSService', invokedBy: 'events.amazonaws.com' }, parameters };
  }
  if (kind < 70) {
    return { identity: assumeRole(dice, role, rollHex(dice, 32), 'states.amazonaws.com'), parameters: {} };
  }
  if (kind < 95) return { identity: assumeRole(dice, role, `worker-${index % 7}`, null), parameters: {} };
  const identity = {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE000000001',
    arn: `arn:aws:iam::${ACCOUNT}:user/ops`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAEXAMPLE000000001',
    userName: 'ops',
  };
  return { identity, parameters: {} };
}

const TLS = {
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  clientProvidedHostHeader: `lambda.${REGION}.amazonaws.com`,
};

/** Rolls a call of the function with this number, as CloudTrail records it. */
export function rollInvoke(
  dice: Dice,
  eventTime: string,
  eventName: string,
  index: number = dice(FUNCTIONS),
): object {
  const arn = nameFunction(index);
  const { identity, parameters } = rollCaller(dice, index, dice(STRANGER_EVERY) === 0);
  return {
    eventVersion: '1.11',
    userIdentity: identity,
    eventTime,
    eventSource: 'lambda.amazonaws.com',
    eventName,
    awsRegion: REGION,
    sourceIPAddress: `10.${dice(256)}.${dice(256)}.${dice(256)}`,
    userAgent: `aws-sdk-java/2.29.${dice(60)} md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21.0.${dice(9)}`,
    requestParameters: { functionName: arn, invocationType: 'RequestResponse', ...parameters },
    responseElements: null,
    additionalEventData: { customerEniId: `eni-${rollHex(dice, 17)}`, functionVersion: `${arn}:$LATEST` },
    requestID: rollUuid(dice),
    eventID: rollUuid(dice),
    readOnly: false,
    resources: [{ accountId: ACCOUNT, type: 'AWS::Lambda::Function', ARN: arn }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Data',
    tlsDetails: TLS,
  };
}

/** What else is in the logs: objects read, keys used, instances described. */
function rollOther(dice: Dice, eventTime: string): object {
  const kind = dice(3);
  const role = `team-${dice(ROLES)}-app`;
  const [service, eventName, readOnly] = (
    [
      ['s3', 'GetObject', true],
      ['kms', 'Decrypt', true],
      ['ec2', 'DescribeInstances', true],
    ] as const
  )[kind] ?? ['s3', 'GetObject', true];
  const object = `arn:aws:s3:::archive-${dice(50)}/year=2026/part-${rollHex(dice, 12)}.parquet`;
  const requests = [
    { bucketName: 'archive', Host: `archive.s3.${REGION}.amazonaws.com`, key: object.slice(13) },
    {
      encryptionContext: { 'aws:s3:arn': object, note: '{"eventSource":"lambda.amazonaws.com"}' },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    {
      maxResults: 1000,
      instancesSet: { items: [{ instanceId: `i-${rollHex(dice, 17)}` }] },
      filterSet: { items: [] },
    },
  ];
  return {
    eventVersion: '1.11',
    userIdentity: assumeRole(dice, role, `i-${rollHex(dice, 17)}`, null),
    eventTime,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: REGION,
    sourceIPAddress: `10.${dice(256)}.${dice(256)}.${dice(256)}`,
    userAgent: `[Boto3/1.35.${dice(90)} md/Botocore#1.35.2 ua/2.0 os/linux#6.1 md/arch#aarch64 lang/python#3.12.4]`,
    requestParameters: requests[kind],
    responseElements: null,
    additionalEventData: {
      SignatureVersion: 'SigV4',
      CipherSuite: TLS.cipherSuite,
      bytesTransferredIn: 0,
      bytesTransferredOut: dice(10_000_000),
      AuthenticationMethod: 'AuthHeader',
      'x-amz-id-2': rollHex(dice, 76),
    },
    requestID: rollUuid(dice),
    eventID: rollUuid(dice),
    readOnly,
    resources: [
      { type: 'AWS::S3::Object', ARN: object },
      { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::archive' },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Data',
    tlsDetails: TLS,
  };
}

function rollRecord(dice: Dice, eventTime: string): object {
  const kind = dice(100);
  if (kind < 45) return rollInvoke(dice, eventTime, 'Invoke');
  return kind < 55 ? rollInvoke(dice, eventTime, 'InvokeExecution') : rollOther(dice, eventTime);
}

/** The callers of every function but the strangers, as invokeguard.yaml has them. */
export function composeAllowlist(functions: number = FUNCTIONS): string {
  const entries = Array.from({ length: functions }, (_, index) => {
    const source = `        sourceAccount: "${ACCOUNT}"`;
    return [
      `  - name: ${nameFunction(index)}`,
      '    mode: enforce',
      '    invokers:',
      `      - service: s3.amazonaws.com\n        sourceArn: arn:aws:s3:::uploads-${index}\n${source}`,
      `      - service: events.amazonaws.com\n        sourceArn: arn:aws:events:${REGION}:${ACCOUNT}:rule/every-${index}\n${source}`,
      `      - role: arn:aws:iam::${ACCOUNT}:role/service-role/team-${index % ROLES}-states`,
      `      - user: arn:aws:iam::${ACCOUNT}:user/ops`,
    ].join('\n');
  });
  return `version: 1\nfunctions:\n${entries.join('\n')}\n`;
}

const FIRST_MS = Date.parse('2026-10-01T00:00:00Z');
const LARGE_FILE_RECORDS = 3000;

/** Writes a corpus into a folder, the logs into `logs/` below it. */
export function writeCorpus(folder: string, records: number, shape: CorpusShape, seed: number): Corpus {
  const dice = createDice(seed);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const allowlist = join(folder, 'invokeguard.yaml');
  writeFileSync(allowlist, composeAllowlist());
  let [written, files, inflatedBytes, compressedBytes] = [0, 0, 0, 0];
  while (written < records) {
    const wanted = shape === 'large' ? LARGE_FILE_RECORDS : 50 + dice(151);
    const count = Math.min(wanted, records - written);
    const lines = Array.from({ length: count }, (_, index) => {
      const eventTime = new Date(FIRST_MS + Math.floor((written + index) / 20) * 1000)
        .toISOString()
        .replace('.000Z', 'Z');
      return JSON.stringify(rollRecord(dice, eventTime));
    });
    const text = `{"Records":[${lines.join(',')}]}`;
    const bytes = gzipSync(text);
    const name = `${ACCOUNT}_CloudTrail_${REGION}_${files.toString().padStart(6, '0')}.json.gz`;
    writeFileSync(join(folder, 'logs', name), bytes);
    written += count;
    files += 1;
    inflatedBytes += text.length;
    compressedBytes += bytes.length;
  }
  return { folder, allowlist, files, records, inflatedBytes, compressedBytes };
}

if (process.argv[1]?.endsWith('corpus.ts') === true) {
  const [folder, records = '600000', shape = 'large', seed = '1'] = process.argv.slice(2);
  if (folder === undefined || (shape !== 'large' && shape !== 'small')) {
    process.stderr.write('Usage: node --import tsx bench/corpus.ts FOLDER [records] [large|small] [seed]\n');
    process.exitCode = 2;
  } else {
    const corpus = writeCorpus(folder, Number(records), shape, Number(seed));
    process.stdout.write(`${JSON.stringify(corpus)}\n`);
  }
}
