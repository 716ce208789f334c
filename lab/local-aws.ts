import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Certificate, makeCertificate } from './certificate.ts';
import type { Keys } from './child-environment.ts';
import { type LocalServer, startServer } from './local-server.ts';

/** The account and Region that the local AWS plays. */
export const LAB_ACCOUNT = '111122223333';
export const LAB_REGION = 'eu-west-1';

/** A running local AWS. */
export interface LocalAws extends LocalServer {
  /** What clients must trust. */
  readonly certificate: Certificate;
  /** The root user of the played account. The local AWS refuses any other key that it did not issue. */
  readonly rootKeys: Keys;
  readonly logPath: string;
}

/**
 * Starts ministack with `AUTH=true`, so that IAM policies and resource policies decide who gets in, and waits until
 * it answers. `folder` takes its log and temporary files. Throws when it does not start.
 *
 * It is served by hypercorn, as ministack's own detached mode does; its `main` would take port 443 as well.
 * @see https://pypi.org/project/ministack/1.5.33/
 */
export async function startLocalAws(checkout: string, folder: string): Promise<LocalAws> {
  const logPath = join(folder, 'local-aws.log');
  const rootKeys = {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const certificate = makeCertificate(folder);
  const { certificatePath, keyPath } = certificate;
  const settings = ['--keep-alive', '75', '--certfile', certificatePath, '--keyfile', keyPath];
  const server = await startServer({
    command: join(checkout, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'),
    arguments: (port) => ['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`, ...settings],
    environment: (port) => ({
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_SSL_CERT: certificatePath,
      MINISTACK_SSL_KEY: keyPath,
      NODE_EXTRA_CA_CERTS: certificatePath,
      GATEWAY_PORT: String(port),
      // In the URLs that it hands out, such as those of queues; the certificate is for this address.
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: LAB_ACCOUNT,
      MINISTACK_REGION: LAB_REGION,
      AWS_ACCESS_KEY_ID: rootKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootKeys.secretAccessKey,
      LAMBDA_EXECUTOR: 'local',
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      PYTHONUNBUFFERED: '1',
    }),
    healthPath: '/_ministack/health',
    folder,
    logPath,
    certificate,
  });
  return { ...server, certificate, rootKeys, logPath };
}
