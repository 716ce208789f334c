import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where EventBridge's matcher is, or why it can not be had here. */
export type RulerInstallation =
  | { readonly kind: 'installed'; readonly classPath: string }
  | { readonly kind: 'missing'; readonly why: string };

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, '.java');
const SOURCES = ['Harness.java', 'jars.json', 'pom.xml'].map((name) => join(import.meta.dirname, name));
const [HARNESS = '', JARS = '', POM = ''] = SOURCES;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const LONGEST_DOWNLOAD_MS = 240_000;

/**
 * Installs event-ruler, the library that EventBridge's matcher is built on, below `.java/` of the checkout: Maven
 * fetches the jars, and they have to be those of jars.json byte for byte. Says why where Java or Maven is missing, or
 * the download fails. Throws where a jar is another one than it should be.
 * @see https://github.com/aws/event-ruler
 */
export function installRuler(): RulerInstallation {
  if (process.env['INVOKEGUARD_NO_JAVA'] === '1')
    return { kind: 'missing', why: 'INVOKEGUARD_NO_JAVA is set to 1' };
  const lacking = ['java', 'javac', 'mvn'].filter((command) => !runs(command));
  if (lacking.length > 0) {
    const why = `no \`${lacking.join('`, `')}\` on the PATH; on Debian and Ubuntu \`apt-get install default-jdk-headless maven\``;
    return { kind: 'missing', why };
  }
  const folder = join(CACHE, `event-ruler-${digest(SOURCES).slice(0, 16)}`);
  const failure = existsSync(folder) ? undefined : fillFolder(folder);
  if (failure !== undefined) return { kind: 'missing', why: failure };
  checkJars(folder);
  return { kind: 'installed', classPath: [folder, join(folder, '*')].join(delimiter) };
}

function runs(command: string): boolean {
  return spawnSync(command, ['-version'], { stdio: 'ignore' }).status === 0;
}

function digest(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex');
}

/** Makes the folder whole or not at all: several test files may do so at the same time. Answers what failed. */
function fillFolder(folder: string): string | undefined {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  try {
    const fetched = run('mvn', [
      '-q',
      '-B',
      '-f',
      POM,
      COPY,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${draft}`,
    ]);
    if (fetched !== undefined)
      return `Maven could not fetch event-ruler (is Maven Central reachable?): ${fetched}`;
    checkJars(draft);
    const compiled = run('javac', ['-nowarn', '-cp', join(draft, '*'), '-d', draft, HARNESS]);
    if (compiled !== undefined)
      throw new Error(`test/event-ruler/Harness.java does not compile: ${compiled}`);
    if (!existsSync(folder)) renameSync(draft, folder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: LONGEST_DOWNLOAD_MS,
  });
  if (status === 0) return undefined;
  const lines = `${stdout ?? ''}${stderr ?? ''}`
    .split('\n')
    .filter((line) => line.includes('ERROR') || line.includes('error'));
  return lines[0] ?? error?.message ?? `\`${command}\` ended with exit code ${status}`;
}

/** Throws unless the jars are exactly those of jars.json. */
function checkJars(folder: string): void {
  const wanted = JSON.parse(readFileSync(JARS, 'utf8')) as Readonly<Record<string, string>>;
  const found = readdirSync(folder).filter((name) => name.endsWith('.jar'));
  for (const name of new Set([...Object.keys(wanted), ...found])) {
    const is = found.includes(name) ? digest([join(folder, name)]) : 'absent';
    if (is === wanted[name]) continue;
    throw new Error(
      `${name} in ${folder} is not the jar that test/event-ruler/jars.json names: its SHA-256 is ${is}, expected ` +
        `${wanted[name] ?? 'no such jar'}; do not run it, find out where it comes from, then remove it there and from Maven's repository`,
    );
  }
}
