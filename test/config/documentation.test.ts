import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readAllowlist, readAllowlistFile } from '../../config/allowlist-file.ts';
import { ROLE_CALLERS } from '../../core/allowlist/role-callers.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NOW = Date.parse('2026-11-21T12:00:00Z');
const reference = readFileSync(resolve(ROOT, 'docs/allowlist.md'), 'utf8');
const examples = Array.from(reference.matchAll(/^```yaml\n(.*?)^```$/gms), ([, text = '']) => ({
  text,
  line: reference.slice(0, reference.indexOf(text)).split('\n').length,
}));

describe('docs/allowlist.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(7);
  });

  it.each(examples)('has an example at line $line that is a valid allowlist', ({ text }) => {
    expect(readAllowlist(text, 'docs/allowlist.md', NOW)).toMatchObject({ kind: 'allowlist' });
  });

  it('lists every service that is refused because it calls with a role', () => {
    for (const row of ROLE_CALLERS.filter(({ calls }) => calls === 'withRole')) {
      expect(reference).toContain(`| \`${row.service}\` | ${row.lookFor} |`);
    }
  });
});

describe('invokeguard.yaml, the example that the app deploys', () => {
  it('is valid, has no warnings and changes nothing in anybody’s account', () => {
    const reading = readAllowlistFile(resolve(ROOT, 'invokeguard.yaml'), NOW);
    expect(reading).toMatchObject({ kind: 'allowlist', warnings: [] });
    if (reading.kind !== 'allowlist') return;
    expect(reading.allowlist.functions.map(({ mode }) => mode)).toEqual(['observe', 'observe', 'observe']);
    expect(reading.allowlist.alerts.emails).toEqual([]);
  });

  it('begins with the schema for editors', () => {
    const [first] = readFileSync(resolve(ROOT, 'invokeguard.yaml'), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./invokeguard.schema.json');
  });
});
