import {
  AddPermissionCommand,
  CreateFunctionCommand,
  GetResourcePolicyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import type { AbsentPolicy, PolicyTarget, PresentPolicy } from '../../containment/ports.ts';
import { type PolicyDocument, parsePolicy } from '../../core/policy/document.ts';
import {
  describeWithFakecloud,
  FAKECLOUD_ACCOUNT,
  FAKECLOUD_KEYS,
  startFakecloud,
} from '../local-aws/fakecloud.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { composeDeny, composeGrant, composePlan, composeTarget } from './targets.ts';

/** The bytes of a zip archive without files. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

/** More calls than one run of read and write makes: the last points lie behind its end. */
const POINTS = Array.from({ length: 10 }, (_, point) => point);

describeWithFakecloud('policies of functions, on an engine that has PutResourcePolicy', (path) => {
  let server: LocalServer;
  let somebody: LambdaClient;
  let functions = 0;

  beforeAll(async () => {
    server = await startFakecloud(path);
    somebody = connect();
  });
  afterAll(async () => {
    somebody.destroy();
    await server.stop();
  });

  function connect(): LambdaClient {
    return new LambdaClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: FAKECLOUD_KEYS,
      maxAttempts: 1,
    });
  }

  /** A client with something that happens before one of its calls, and only once. */
  function connectWith(point: number, happening: () => Promise<void>): LambdaClient {
    const client = connect();
    let calls = 0;
    client.middlewareStack.add(
      (next) => async (request) => {
        calls += 1;
        if (calls === point + 1) await happening();
        return next(request);
      },
      { step: 'initialize', priority: 'high' },
    );
    return client;
  }

  async function createFunction(): Promise<PolicyTarget> {
    functions += 1;
    const target = composeTarget(`guarded-${functions}`, null, FAKECLOUD_ACCOUNT);
    await somebody.send(
      new CreateFunctionCommand({
        FunctionName: `guarded-${functions}`,
        Role: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/any`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
      }),
    );
    return target;
  }

  async function grantPermission(target: PolicyTarget, sid: string): Promise<void> {
    await somebody.send(
      new AddPermissionCommand({
        FunctionName: target.functionArn,
        StatementId: sid,
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
      }),
    );
  }

  /** Somebody else's grant, and whether it was made. */
  function trackGrant(target: PolicyTarget): { make: () => Promise<void>; isMade: () => boolean } {
    let made = false;
    const make = async (): Promise<void> => {
      await grantPermission(target, 'Concurrent');
      made = true;
    };
    return { make, isMade: () => made };
  }

  async function listSids(target: PolicyTarget): Promise<readonly string[]> {
    const answer = await somebody.send(new GetResourcePolicyCommand({ ResourceArn: target.functionArn }));
    const parsed = parsePolicy(answer.Policy);
    const policy: PolicyDocument = parsed.kind === 'policy' ? parsed.policy : { Statement: [] };
    return policy.Statement.map((statement) => String(statement['Sid']));
  }

  async function read(store: LambdaPolicyStore, target: PolicyTarget): Promise<PresentPolicy | AbsentPolicy> {
    const reading = await store.readPolicy(target);
    if (reading.kind !== 'present' && reading.kind !== 'absent') throw new Error(reading.kind);
    return reading;
  }

  /** What containment does: read, plan, write, and from the start again on a conflict. */
  async function guard(store: LambdaPolicyStore, target: PolicyTarget): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const before = await read(store, target);
      const standing = before.kind === 'present' ? before.policy.Statement : [];
      if (standing.some((statement) => statement['Sid'] === 'InvokeguardDeny')) return;
      const written = await store.writePolicy(target, before, composePlan(before, [composeDeny(target)]));
      if (written.kind === 'written') return;
      expect(written.kind).toBe('conflict');
    }
    throw new Error('the policy never came to rest');
  }

  it.each(POINTS)('loses no grant that is the first one and made before call %i', async (point) => {
    const target = await createFunction();
    const concurrent = trackGrant(target);
    await guard(new LambdaPolicyStore(connectWith(point, concurrent.make)), target);
    const sids = await listSids(target);
    expect(sids).toContain('InvokeguardDeny');
    expect(sids).not.toContain('InvokeguardInert');
    expect(sids.includes('Concurrent')).toBe(concurrent.isMade());
    // Three calls to read that there is none, three to write the first one.
    expect(concurrent.isMade()).toBe(point < 6);
  });

  it.each(POINTS)('loses no grant that is added to others before call %i', async (point) => {
    const target = await createFunction();
    await grantPermission(target, 'Earlier');
    const concurrent = trackGrant(target);
    await guard(new LambdaPolicyStore(connectWith(point, concurrent.make)), target);
    const sids = await listSids(target);
    expect(sids).toEqual(expect.arrayContaining(['Earlier', 'InvokeguardDeny']));
    expect(sids.includes('Concurrent')).toBe(concurrent.isMade());
    // One call to read, one to write.
    expect(concurrent.isMade()).toBe(point < 2);
  });

  it.each(POINTS)('ends the same after a crash before call %i', async (point) => {
    const target = await createFunction();
    const crash = async (): Promise<void> => {
      throw new Error('crashed');
    };
    await guard(new LambdaPolicyStore(connectWith(point, crash)), target).catch((error: Error) => {
      expect(error.message).toBe('crashed');
    });
    await guard(new LambdaPolicyStore(connect()), target);
    expect(await listSids(target)).toEqual(['InvokeguardDeny']);
  });

  it('lets the first of two guards win and the second find nothing left to do', async () => {
    const target = await createFunction();
    await Promise.all([
      guard(new LambdaPolicyStore(connect()), target),
      guard(new LambdaPolicyStore(connect()), target),
    ]);
    expect(await listSids(target)).toEqual(['InvokeguardDeny']);
  });

  it('refuses to write over a policy that has changed since it was read', async () => {
    const target = await createFunction();
    await grantPermission(target, 'Earlier');
    const store = new LambdaPolicyStore(connect());
    const before = await read(store, target);
    await grantPermission(target, 'Later');
    const written = await store.writePolicy(target, before, composePlan(before, [composeDeny(target)]));
    expect(written.kind).toBe('conflict');
    expect(await listSids(target)).toEqual(['Earlier', 'Later']);
  });

  it('deletes the policy where nothing is left in it, and only that one', async () => {
    const target = await createFunction();
    await grantPermission(target, 'Earlier');
    const store = new LambdaPolicyStore(connect());
    const before = await read(store, target);
    const removed = before.kind === 'present' ? before.policy.Statement : [];
    expect(await store.writePolicy(target, before, composePlan(before, [], removed))).toEqual({
      kind: 'written',
    });
    expect(await store.readPolicy(target)).toEqual({ kind: 'absent', lever: 'resourcePolicy' });
  });

  it('refuses a policy that is too long, and leaves no inert grant behind', async () => {
    const target = await createFunction();
    const store = new LambdaPolicyStore(connect());
    const before = await read(store, target);
    const long = Array.from({ length: 200 }, (_, index) =>
      composeGrant(target, `Grant${index}`, `arn:aws:sns:eu-west-1:111122223333:${'t'.repeat(50)}${index}`),
    );
    const written = await store.writePolicy(target, before, composePlan(before, long));
    expect(written).toEqual({ kind: 'refused', reason: expect.stringContaining('PolicyLengthExceeded') });
    expect(await listSids(target)).toEqual([]);
  });

  it('tells a function that is not there from one without a policy', async () => {
    const store = new LambdaPolicyStore(connect());
    expect(await store.readPolicy(composeTarget('nobody', null, FAKECLOUD_ACCOUNT))).toEqual({
      kind: 'missing',
    });
    const target = await createFunction();
    expect(await store.readPolicy(target)).toEqual({ kind: 'absent', lever: 'resourcePolicy' });
    expect(await store.readPolicy({ ...target, qualifier: '7' })).toEqual({ kind: 'missing' });
  });
});
