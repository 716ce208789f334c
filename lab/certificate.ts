import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate of the local AWS for 127.0.0.1, made for one run. */
export interface Certificate {
  readonly certificatePath: string;
  readonly keyPath: string;
  /** PEM, for clients that must trust it. */
  readonly pem: string;
}

/**
 * Makes a self-signed certificate with the `openssl` of the machine. The stack's queues and topic refuse plain HTTP,
 * as they should, so the local AWS has to speak TLS. Throws when there is no `openssl`.
 */
export function makeCertificate(folder: string): Certificate {
  const certificatePath = join(folder, 'local-aws.crt');
  const keyPath = join(folder, 'local-aws.key');
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', keyPath];
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const made = spawnSync('openssl', ['req', '-x509', ...key, ...name, '-out', certificatePath], {
    encoding: 'utf8',
  });
  if (made.status !== 0) {
    const reason = made.error?.message ?? made.stderr.trim();
    throw new Error(`cannot make a certificate with \`openssl\`, expected it on the PATH: ${reason}`);
  }
  return { certificatePath, keyPath, pem: readFileSync(certificatePath, 'utf8') };
}
