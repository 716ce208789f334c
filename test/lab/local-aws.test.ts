import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { connectAs } from '../../lab/aws-clients.ts';
import { makeLabFolder, openLab, removeLabFolder } from '../../lab/lab.ts';
import { pollUntil } from '../../lab/step-failure.ts';

describe('the local AWS', () => {
  it('takes its own root keys, refuses others, and is gone when it is stopped', async () => {
    const folder = makeLabFolder(process.cwd());
    const lab = await openLab(process.cwd(), folder);
    const stranger = connectAs(lab.aws, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' });
    await expect(lab.root.sqs.send(new ListQueuesCommand({}))).resolves.toBeDefined();
    await expect(stranger.sqs.send(new ListQueuesCommand({}))).rejects.toThrow(/token|key/u);
    await lab.aws.stop();
    expect(await listens(readPort(lab.aws.endpoint))).toBe(false);
    await lab.aws.stop();
    removeLabFolder(folder);
  });

  it('ends with the demo even when that is killed', async () => {
    const checkout = mkdtempSync(join(tmpdir(), 'invokeguard-lab-'));
    for (const name of ['.venv', 'lab']) symlinkSync(resolve(name), join(checkout, name));
    const demo = spawn(process.execPath, [resolve('dist/lab/demo.cjs')], {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let told = '';
    demo.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await pollUntil(
      'the demo to name its endpoint',
      () => Promise.resolve(told),
      (text) => /127\.0\.0\.1:\d+;/u.test(text),
    );
    const port = readPort(told);
    demo.kill('SIGKILL');
    await once(demo, 'exit');
    const listening = await pollUntil(
      'the port to be free again',
      () => listens(port),
      (answer) => !answer,
    );
    expect(listening).toBe(false);
    rmSync(checkout, { recursive: true });
  });
});

function readPort(text: string): number {
  return Number(/127\.0\.0\.1:(\d+)/u.exec(text)?.[1]);
}

function listens(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });
}
