import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Where a Trino is and the Java that runs it, or why it can not be had here. */
export type TrinoInstallation =
  | { readonly kind: 'installed'; readonly folder: string; readonly java: string }
  | { readonly kind: 'missing'; readonly why: string };

/**
 * The last release but a few that Maven Central has: from 477 on Trino publishes no server there. Athena's engine
 * version 3 is built on Trino, and AWS does not say on which release.
 * @see https://github.com/trinodb/trino/issues/27524
 */
export const TRINO_VERSION = '470';
const ARCHIVE = `trino-server-${TRINO_VERSION}.tar.gz`;
const ARCHIVE_SHA256 = '16618db7c176d6c687f5782b97ec49c4a7beeab8f1f3edbd3f2c7b79d0b014ca';
/** It asks for this Java; a later one runs it too. */
const LEAST_JAVA = 23;

const CACHE = join(import.meta.dirname, '../../.java');
const DOWNLOAD = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
const LONGEST_DOWNLOAD_MS = 900_000;
/** A server with nothing but tables in memory: the other plugins are most of the archive. */
const KEPT_PLUGINS = new Set(['memory']);

/**
 * Installs Trino below `.java/` of the checkout: Maven fetches the archive (965 MB), which has to be the one that is
 * pinned here byte for byte; what a test needs of it is kept, some 130 MB. Throws where it is another archive.
 */
export async function installTrino(): Promise<TrinoInstallation> {
  const java = findJava();
  if (java === undefined) {
    return {
      kind: 'missing',
      why: `no Java ${LEAST_JAVA} or later in JAVA_HOME, on the PATH or in /usr/lib/jvm`,
    };
  }
  const folder = join(CACHE, `trino-${TRINO_VERSION}`);
  const failure = existsSync(folder) ? undefined : await fillFolder(folder);
  return failure === undefined ? { kind: 'installed', folder, java } : { kind: 'missing', why: failure };
}

function findJava(): string | undefined {
  const homes = [
    process.env['JAVA_HOME'],
    ...(existsSync('/usr/lib/jvm')
      ? readdirSync('/usr/lib/jvm').map((name) => join('/usr/lib/jvm', name))
      : []),
  ];
  const commands = ['java', ...homes.flatMap((home) => (home === undefined ? [] : [join(home, 'bin/java')]))];
  return commands.find((command) => readVersion(command) >= LEAST_JAVA);
}

function readVersion(command: string): number {
  const { status, stderr } = spawnSync(command, ['-version'], { encoding: 'utf8' });
  return status === 0 ? Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) : 0;
}

/** Makes the folder whole or not at all. Answers what failed. */
async function fillFolder(folder: string): Promise<string | undefined> {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  try {
    const artifact = `io.trino:trino-server:${TRINO_VERSION}:tar.gz`;
    const options = [
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${draft}`,
      `-Dmaven.repo.local=${join(draft, 'repository')}`,
    ];
    const fetched = run('mvn', ['-q', '-B', DOWNLOAD, ...options]);
    if (fetched !== undefined)
      return `Maven could not fetch ${artifact} (is Maven Central reachable?): ${fetched}`;
    const archive = join(draft, ARCHIVE);
    await checkArchive(archive);
    const whole = join(draft, 'whole');
    mkdirSync(whole);
    const unpacked = run('tar', ['xzf', archive, '-C', whole, '--strip-components=1']);
    if (unpacked !== undefined) return `${ARCHIVE} could not be unpacked: ${unpacked}`;
    for (const plugin of readdirSync(join(whole, 'plugin'))) {
      if (!KEPT_PLUGINS.has(plugin)) rmSync(join(whole, 'plugin', plugin), { recursive: true });
    }
    if (!existsSync(folder)) renameSync(whole, folder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function checkArchive(path: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const is = hash.digest('hex');
  if (is === ARCHIVE_SHA256) return;
  throw new Error(
    `${ARCHIVE} is not the archive that test/trino/trino-installation.ts names: its SHA-256 is ${is}, expected ` +
      `${ARCHIVE_SHA256}; do not run it, find out where it comes from`,
  );
}

function run(command: string, args: readonly string[]): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: LONGEST_DOWNLOAD_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return undefined;
  const lines = `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter((line) => /error/i.test(line));
  return lines[0] ?? error?.message ?? `\`${command}\` ended with exit code ${status}`;
}
