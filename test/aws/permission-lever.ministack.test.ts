import { CreateFunctionCommand, LambdaClient, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import type { AbsentPolicy, PolicyTarget, PresentPolicy } from '../../containment/ports.ts';
import {
  describeWithMinistack,
  MINISTACK_ACCOUNT,
  MINISTACK_KEYS,
  startMinistack,
} from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { composeDeny, composeGrant, composePlan, composeTarget } from './targets.ts';

const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

describeWithMinistack('policies of functions, on an engine that lacks PutResourcePolicy', (python) => {
  let server: LocalServer;
  let client: LambdaClient;
  const target = composeTarget('guarded', null, MINISTACK_ACCOUNT);

  beforeAll(async () => {
    server = await startMinistack(python);
    client = new LambdaClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: MINISTACK_KEYS,
    });
    await client.send(
      new CreateFunctionCommand({
        FunctionName: 'guarded',
        Role: `arn:aws:iam::${MINISTACK_ACCOUNT}:role/any`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
      }),
    );
    await client.send(new PublishVersionCommand({ FunctionName: 'guarded' }));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  async function read(store: LambdaPolicyStore, of: PolicyTarget): Promise<PresentPolicy | AbsentPolicy> {
    const reading = await store.readPolicy(of);
    if (reading.kind !== 'present' && reading.kind !== 'absent') throw new Error(reading.kind);
    return reading;
  }

  it('tells a missing function from a missing API', async () => {
    const store = new LambdaPolicyStore(client);
    expect(await store.readPolicy({ ...target, functionArn: `${target.functionArn}-not` })).toEqual({
      kind: 'missing',
    });
    expect(await read(store, target)).toMatchObject({ lever: 'permissions' });
  });

  it('replaces a broad grant by a narrow one and leaves the others alone', async () => {
    const store = new LambdaPolicyStore(client);
    const empty = await read(store, target);
    const broad = composeGrant(target, 'Broad');
    const other = composeGrant(target, 'Other', 'arn:aws:sns:eu-west-1:111122223333:other');
    expect(await store.writePolicy(target, empty, composePlan(empty, [broad, other]))).toEqual({
      kind: 'written',
    });
    const before = await read(store, target);
    const narrow = composeGrant(target, 'Narrow', 'arn:aws:sns:eu-west-1:111122223333:listed');
    const standing = before.kind === 'present' ? before.policy.Statement : [];
    const removed = standing.filter((statement) => statement['Sid'] === 'Broad');
    const plan = composePlan(before, [narrow], removed);
    expect(await store.writePolicy(target, before, plan)).toEqual({ kind: 'written' });
    const after = await read(store, target);
    const sids = after.kind === 'present' ? after.policy.Statement.map((statement) => statement['Sid']) : [];
    expect(new Set(sids)).toEqual(new Set(['Narrow', 'Other']));
    // Delivered again after a crash: each change is found made.
    expect(await store.writePolicy(target, before, plan)).toEqual({ kind: 'written' });
    expect(await read(store, target)).toEqual(after);
  });

  it('finds out on a version without a policy, where both 404s look alike, and leaves nothing behind', async () => {
    const version = { ...target, qualifier: '1' };
    const store = new LambdaPolicyStore(client);
    const before = await read(store, version);
    expect(before).toEqual({ kind: 'absent', lever: 'resourcePolicy' });
    const written = await store.writePolicy(version, before, composePlan(before, [composeDeny(version)]));
    expect(written).toEqual({ kind: 'leverMissing' });
    expect(await store.readPolicy(version)).toEqual({ kind: 'absent', lever: 'permissions' });
  });

  it('finds out on `$LATEST`, where no inert grant can be added', async () => {
    const latest = { ...target, qualifier: '$LATEST' };
    const store = new LambdaPolicyStore(client);
    const before = await read(store, latest);
    expect(before).toEqual({ kind: 'absent', lever: 'resourcePolicy' });
    const written = await store.writePolicy(latest, before, composePlan(before, [composeDeny(latest)]));
    expect(written).toEqual({ kind: 'leverMissing' });
    expect(await store.readPolicy(latest)).toEqual({ kind: 'absent', lever: 'permissions' });
  });

  it('refuses to say a Deny in grants, before it changes anything', async () => {
    const store = new LambdaPolicyStore(client);
    const before = await read(store, target);
    const grant = composeGrant(target, 'Narrower', 'arn:aws:sns:eu-west-1:111122223333:one');
    const plan = composePlan(before, [grant, composeDeny(target)]);
    expect(await store.writePolicy(target, before, plan)).toEqual({
      kind: 'refused',
      reason: 'AddPermission cannot grant this statement: it is not an Allow',
    });
    expect(await read(store, target)).toEqual(before);
  });
});
