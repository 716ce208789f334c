import type { InvokerEntry } from '../core/allowlist/allowlist.ts';
import { readAddressBlock } from './narrowing-check.ts';
import { extendPointer, type Finding, quote } from './problem.ts';

/** Ranges that every network may use for itself, so that an address alone says little. */
const PRIVATE = new Set(['private', 'uniqueLocal', 'carrierGradeNat', 'linkLocal', 'loopback']);

/** Lists the warnings about one entry's narrowing: what it does not do, or does beyond what its author may think. */
export function listNarrowingAdvice(entry: InvokerEntry): readonly Finding[] {
  const { sourceIp = [], vpcEndpoint, qualifier = [], invokedBy } = entry.narrowing ?? {};
  const warn = (key: string, message: string): Finding => ({
    pointer: extendPointer(entry.pointer, key),
    at: 'value',
    message,
  });
  const findings: Finding[] = [];
  for (const block of sourceIp) {
    const reading = readAddressBlock(block);
    if (reading.kind !== 'block') continue;
    if (reading.prefixLength === 0) {
      const family = reading.address.kind() === 'ipv4' ? 'IPv4' : 'IPv6';
      findings.push(
        warn(
          'sourceIp',
          `${quote(block)} is every ${family} address: name the networks, or remove \`sourceIp\``,
        ),
      );
    } else if (!PRIVATE.has(reading.address.range())) continue;
    else if (entry.kind === 'functionUrl') {
      findings.push(
        warn(
          'sourceIp',
          `${quote(block)} is a private network, and a function URL is called from public addresses only, so it lets nobody in: remove it`,
        ),
      );
    } else if (vpcEndpoint === undefined) {
      findings.push(
        warn(
          'sourceIp',
          `${quote(block)} is a private network, and any VPC may have the same addresses: add \`vpcEndpoint\``,
        ),
      );
    }
  }
  if (invokedBy !== undefined && (sourceIp.length > 0 || vpcEndpoint !== undefined)) {
    findings.push(
      warn(
        'invokedBy',
        'a service that uses a role has no address or VPC endpoint of yours, so every such call is undetermined: remove the one or the other',
      ),
    );
  }
  const version = qualifier.find((one) => /^\d+$/.test(one));
  if (entry.kind === 'functionUrl' && version !== undefined) {
    findings.push(
      warn(
        'qualifier',
        `${quote(version)} is a version, and a function URL belongs to an alias or to \`$LATEST\`, so it lets nobody in: name the alias`,
      ),
    );
  }
  return findings;
}
