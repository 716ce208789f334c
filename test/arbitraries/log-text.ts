import * as fc from 'fast-check';

/** A dice of its own for each text, so that a text is the same whenever its seed is. */
type Dice = (sides: number) => number;

function createDice(seed: number): Dice {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** How oddly a value is written, each one time in so many; 0 never. */
interface Style {
  readonly spaceEvery: number;
  readonly escapeEvery: number;
  readonly shuffleEvery: number;
  readonly repeatEvery: number;
}

/** Writes JSON as nobody would: white space, escapes, keys in any order and twice. */
function writeOddly(value: unknown, dice: Dice, style: Style): string {
  const happens = (every: number): boolean => every > 0 && dice(every) === 0;
  const space = (): string => (happens(style.spaceEvery) ? ([' ', '\n', '\t', '\r\n '][dice(4)] ?? '') : '');
  const writeText = (text: string): string => {
    if (!happens(style.escapeEvery)) return JSON.stringify(text);
    return `"${Array.from({ length: text.length }, (_, index) =>
      dice(3) === 0
        ? `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`
        : JSON.stringify(text[index]).slice(1, -1),
    ).join('')}"`;
  };
  const write = (part: unknown): string => {
    if (typeof part === 'string') return writeText(part);
    if (Array.isArray(part))
      return `[${space()}${part.map((item) => write(item) + space()).join(`,${space()}`)}]`;
    if (typeof part !== 'object' || part === null) return JSON.stringify(part) ?? 'null';
    const pairs = Object.entries(part);
    if (happens(style.shuffleEvery)) pairs.sort(() => dice(3) - 1);
    const again = happens(style.repeatEvery) ? pairs[dice(pairs.length)] : undefined;
    if (again !== undefined) pairs.push([again[0], dice(2) === 0 ? again[1] : 'again']);
    return `{${space()}${pairs
      .map(([key, item]) => `${writeText(key)}${space()}:${space()}${write(item)}${space()}`)
      .join(`,${space()}`)}}`;
  };
  return write(value);
}

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const ROLE = 'arn:aws:iam::111122223333:role/ci-deploy';

/** A value that one may find where a text should be. */
const oddValue = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom(
      null,
      '',
      0,
      -1.5e-7,
      true,
      false,
      [],
      {},
      [null],
      { arn: 'x' },
      'anonymous',
      'ANONYMOUS',
      'é',
      '\u0130',
    ),
    fc.constantFrom(
      'Invoke',
      'InvokeExecution',
      'lambda.amazonaws.com',
      ARN,
      `${ARN}:live`,
      'thumbnailer',
      '\ud800',
      '"}]',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
  );

/** A field as it should be, or missing, or odd. */
function field(...values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: oddValue() },
  );
}

const session = (name: string): string => `arn:aws:sts::111122223333:assumed-role/ci-deploy/${name}`;

const userIdentity = (): fc.Arbitrary<unknown> =>
  fc.record({
    type: field('AWSService', 'AssumedRole', 'IAMUser', 'Root', 'AWSAccount', 'FederatedUser'),
    principalId: field('AROAEXAMPLE:one', 'anonymous', 'Anonymous'),
    arn: field(
      session('one'),
      session('two/three'),
      session(''),
      session('ü'),
      'arn:aws:iam::111122223333:user/ops',
      ROLE,
      'arn::::::',
      'assumed-role/x/y',
    ),
    accountId: field('111122223333', 'anonymous', 'aws'),
    invokedBy: field(undefined, 's3.amazonaws.com', 'lambda.amazonaws.com', 'states.amazonaws.com'),
    sessionContext: fc.oneof(
      fc.record({
        sessionIssuer: fc.oneof(fc.record({ type: field('Role'), arn: field(ROLE) }), oddValue()),
      }),
      oddValue(),
    ),
  });

/** A record of a call, or of something near it: every field that the core reads is there, missing, or odd. */
export const nearlyInvocation = (): fc.Arbitrary<unknown> =>
  fc.record({
    eventVersion: field('1.11'),
    userIdentity: fc.oneof({ weight: 8, arbitrary: userIdentity() }, oddValue()),
    eventTime: field(
      '2026-10-01T12:00:00Z',
      '2026-02-29T12:00:00Z',
      '2024-02-29T23:59:59Z',
      '2026-10-01T12:00:00.5Z',
      '2026-10-01',
      '2026-10-01T24:00:00Z',
      '1969-12-31T23:59:59Z',
      '2100-01-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
    ),
    eventSource: fc.oneof(
      { weight: 9, arbitrary: fc.constant('lambda.amazonaws.com') },
      field('s3.amazonaws.com'),
    ),
    eventName: field(
      'Invoke',
      'Invoke',
      'InvokeExecution',
      'InvokeFunctionUrl',
      'Invok',
      'GetFunction',
      'CreateEventSourceMapping20150331',
    ),
    awsRegion: field('eu-west-1', 'cn-north-1'),
    errorCode: field(undefined, undefined, 'AccessDenied'),
    requestParameters: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          functionName: field(
            ARN,
            `${ARN}:live`,
            'thumbnailer',
            'thumbnailer:2',
            '111122223333:function:thumbnailer',
            'function:thumbnailer',
            'eu-west-1:111122223333:thumbnailer:2',
          ),
          qualifier: field(undefined, 'live', '$LATEST'),
          invocationType: field(undefined, 'Event', 'DryRun'),
          sourceArn: field(
            undefined,
            'arn:aws:s3:::uploads',
            'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:00000000-0000-4000-8000-000000000001',
          ),
          sourceAccount: field(undefined, '111122223333'),
          clientContext: oddValue(),
        }),
      },
      oddValue(),
    ),
    responseElements: fc.oneof(
      fc.constant(null),
      fc.record({
        uUID: field('00000000-0000-4000-8000-000000000001'),
        eventSourceArn: field('arn:aws:sqs:eu-west-1:111122223333:orders'),
      }),
      oddValue(),
    ),
    additionalEventData: fc.oneof(
      fc.record({ functionVersion: field(`${ARN}:7`), customerEniId: field('') }),
      fc.record({
        encryptionContext: fc.record({
          eventSource: field('lambda.amazonaws.com'),
          eventName: field('Invoke'),
        }),
      }),
      oddValue(),
    ),
    eventID: field(
      'b1e55492-d8be-4b9a-b794-a8a0a28162f0',
      '00000000-0000-0000-0000-000000000000',
      'B1E55492-D8BE-4B9A-B794-A8A0A28162F0',
      'e1',
      'b1e55492xd8be-4b9a-b794-a8a0a28162f0',
    ),
    resources: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constant([{ accountId: '111122223333', type: 'AWS::Lambda::Function', ARN }]),
      },
      fc.array(fc.oneof(fc.record({ ARN: field(ARN, `${ARN}:live`), arn: field(ARN) }), oddValue()), {
        maxLength: 3,
      }),
      oddValue(),
    ),
    recipientAccountId: field('111122223333'),
    sourceIPAddress: field('10.1.2.3', '192.0.2.1', 's3.amazonaws.com'),
    vpcEndpointId: field(undefined, 'vpce-0123456789abcdef0'),
    eventCategory: field('Data', 'Insight'),
    'detail-type': field(undefined, undefined, undefined, 'AWS API Call via CloudTrail'),
    detail: oddValue(),
  });

const style = (): fc.Arbitrary<Style> =>
  fc.record({
    spaceEvery: fc.constantFrom(0, 0, 3, 50),
    escapeEvery: fc.constantFrom(0, 0, 0, 200, 20),
    shuffleEvery: fc.constantFrom(0, 0, 4),
    repeatEvery: fc.constantFrom(0, 0, 0, 60),
  });

/** What may happen to a file's bytes: nothing, mostly; or it is cut off, or one byte is lost, added or changed. */
const damage = (): fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> => {
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const byte = fc.oneof(fc.constantFrom(...Buffer.from('"\\{}[],:0 \n\0\u00ff')), fc.nat({ max: 255 }));
  const splice = (bytes: Uint8Array, at: number, lose: number, add: readonly number[]): Uint8Array => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), Buffer.from(add), bytes.subarray(from + lose)]);
  };
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant((bytes: Uint8Array) => bytes) },
    place.map((at) => (bytes: Uint8Array) => bytes.subarray(0, Math.floor(at * bytes.length))),
    place.map((at) => (bytes: Uint8Array) => splice(bytes, at, 1, [])),
    fc.tuple(place, byte).map(
      ([at, one]) =>
        (bytes: Uint8Array) =>
          splice(bytes, at, 0, [one]),
    ),
    fc.tuple(place, byte).map(
      ([at, one]) =>
        (bytes: Uint8Array) =>
          splice(bytes, at, 1, [one]),
    ),
    fc
      .constantFrom('\n', ' \r\n', '{}', '\n{"Records":[]}', 'x', '\ufeff')
      .map((tail) => (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from(tail)])),
  );
};

/** The bytes of a log file, of records near calls (and of those given), written oddly and sometimes damaged. */
export const logFileBytes = (known: readonly unknown[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: nearlyInvocation() },
          {
            weight: known.length === 0 ? 0 : 3,
            arbitrary: known.length === 0 ? fc.constant(null) : fc.constantFrom(...known),
          },
          oddValue(),
        ),
        { maxLength: 6 },
      ),
      style(),
      fc.nat(),
      damage(),
      fc.constantFrom('Records', 'Records', 'Records', 'Events', 'records'),
    )
    .map(([records, style, seed, damage, key]) =>
      damage(Buffer.from(writeOddly({ [key]: records }, createDice(seed), style))),
    );
