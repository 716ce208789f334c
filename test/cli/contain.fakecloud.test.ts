import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { buildClients, type Clients } from '../../aws/clients.ts';
import { main } from '../../cli/main.ts';
import { REMEDIATOR_NAME } from '../../core/guard.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import {
  describeWithFakecloud,
  FAKECLOUD_ACCOUNT,
  FAKECLOUD_KEYS,
  startFakecloud,
} from '../local-aws/fakecloud.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { recordIo } from './recorded-io.ts';

/** The bytes of a zip archive without files. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
const REGION = 'eu-west-1';
const TABLE = 'ledger';
const ARN = `arn:aws:lambda:${REGION}:${FAKECLOUD_ACCOUNT}:function:thumbnailer`;
const ALLOWLIST = `version: 1
mode: enforce
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
        sourceArn: arn:aws:s3:::uploads
        sourceAccount: "${FAKECLOUD_ACCOUNT}"
`;

describeWithFakecloud('status, contain and rollback on an engine that has PutResourcePolicy', (path) => {
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-live-'));
  const before = { ...process.env };
  let server: LocalServer;
  let clients: Clients;

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = FAKECLOUD_KEYS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = FAKECLOUD_KEYS.secretAccessKey;
    writeFileSync(join(folder, 'invokeguard.yaml'), ALLOWLIST);
    server = await startFakecloud(path);
    clients = buildClients({ region: REGION, endpoint: server.endpoint });
    await createFunction('thumbnailer');
    await createFunction('legacy');
    await clients.lambda.send(new PublishVersionCommand({ FunctionName: 'thumbnailer' }));
    await clients.lambda.send(
      new CreateAliasCommand({ FunctionName: 'thumbnailer', Name: 'live', FunctionVersion: '1' }),
    );
    const listed = {
      StatementId: 'uploads',
      Principal: 's3.amazonaws.com',
      SourceArn: 'arn:aws:s3:::uploads',
      SourceAccount: FAKECLOUD_ACCOUNT,
    };
    await grant({ ...listed, Qualifier: 'live' });
    await grant({ StatementId: 'planted', Principal: 'sns.amazonaws.com', Qualifier: 'live' });
  });
  afterAll(async () => {
    process.env = before;
    for (const client of Object.values(clients)) client.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function createFunction(name: string, variables: Record<string, string> = {}): Promise<void> {
    await clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/any`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
        Environment: { Variables: variables },
      }),
    );
  }

  async function grant(permission: {
    StatementId: string;
    Principal: string;
    SourceArn?: string;
    SourceAccount?: string;
    Qualifier?: string;
  }): Promise<void> {
    const request = { FunctionName: 'thumbnailer', Action: 'lambda:InvokeFunction', ...permission };
    await clients.lambda.send(new AddPermissionCommand(request));
  }

  /** What deploying the guard leaves behind, as far as the command sees it: its function and its ledger. */
  async function deployGuard(): Promise<void> {
    await createLedgerTable(clients.dynamodb, TABLE);
    await createFunction(REMEDIATOR_NAME, {
      LEDGER_TABLE_NAME: TABLE,
      ALERT_TOPIC_ARN: `arn:aws:sns:${REGION}:${FAKECLOUD_ACCOUNT}:alerts`,
      GUARD_ACCOUNT: FAKECLOUD_ACCOUNT,
      GUARD_REGION: REGION,
    });
  }

  async function run(...argv: readonly string[]) {
    const io = recordIo({ cwd: folder, env: { AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: REGION } });
    const code = await main(argv, io);
    return { code, ...io.written };
  }

  it('lists what is guarded and what is not', async () => {
    expect(await run('status')).toMatchObject({
      code: 0,
      out: `eu-west-1, 2 functions, by invokeguard.yaml\n  legacy       NOT GUARDED\n  thumbnailer  enforce  (/functions/0)\n1 not guarded.\n`,
    });
  });

  it('plans without a deployed guard, and does not write without one', async () => {
    const dry = await run('contain', '--all', '--dry-run');
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toContain('Dry run: 4 policies would be written.\n');
    const refused = await run('contain', '--all', '--yes');
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('no Invokeguard is deployed in `eu-west-1`');
  }, 30_000);

  // One qualifier: this engine gives an alias the policy of its version, and the function that of $LATEST.
  it('contains a policy, sees it, and takes it back', async () => {
    await deployGuard();
    const live = ['--function', ARN, '--qualifier', 'live'];
    const planted = 'statement "planted" serves unlisted callers: {"Service":"sns.amazonaws.com"}';
    expect((await run('status', ...live)).out).toContain(planted);
    const contained = await run('contain', ...live, '--yes');
    expect(contained).toMatchObject({ code: 0, err: '' });
    const digest = /Contained and read back; snapshot SHA-256 ([0-9a-f]{64})\n/.exec(contained.out)?.[1];
    const status = await run('status', ...live);
    expect(status.out).toMatch(
      /:live\n {2}GUARDED: nothing is left to do\n {2}\S+ {2}written and read back {2}no single caller\n$/,
    );
    expect((await run('contain', ...live)).out).toContain('There is nothing to write.');
    const back = await run('rollback', ...live, '--yes');
    expect(back).toMatchObject({ code: 0, err: '' });
    expect(back.out).toContain(`snapshot SHA-256 ${String(digest)}`);
    expect((await run('status', ...live)).out).toContain(planted);
  }, 30_000);
});
