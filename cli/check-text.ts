import type { Allowlist, FunctionEntry, InvokerEntry } from '../core/allowlist/allowlist.ts';
import { isLive } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import { hasWildcard, parseArn } from '../core/arn.ts';
import { isMappingArn } from '../core/caller/caller.ts';
import { printSafely } from '../core/text.ts';

/** Says in plain sentences what an allowlist means, function by function. Ends with a line break. */
export function explainAllowlist(allowlist: Allowlist, nowMs: number): string {
  const blocks = allowlist.functions.map((entry) => explainFunction(allowlist, entry, nowMs));
  return `${[...blocks, explainBreakGlass(allowlist, nowMs), explainRest(allowlist)].join('\n\n')}\n`;
}

function explainFunction(allowlist: Allowlist, entry: FunctionEntry, nowMs: number): string {
  return [
    explainSelector(allowlist, entry),
    `  ${explainMode(entry)}`,
    ...explainInvokers(entry.invokers, nowMs),
  ].join('\n');
}

function explainSelector(allowlist: Allowlist, entry: FunctionEntry): string {
  const { selector } = entry;
  switch (selector.kind) {
    case 'arn':
      return `The function ${selector.arn}, with its versions and aliases.`;
    case 'name':
      return `The function ${selector.name}, in any account and Region, with its versions and aliases.`;
    case 'glob': {
      const example = findExample(allowlist, entry, selector.glob);
      const hint = example === undefined ? '' : ` such as ${example},`;
      return `Every function named like ${selector.glob},${hint} unless a more exact entry names it.`;
    }
  }
}

/** A name that this glob decides about, not one that a more exact entry takes from it. */
function findExample(allowlist: Allowlist, entry: FunctionEntry, glob: string): string | undefined {
  const names = ['example', 'one', 'x7'].map((word) => glob.replace('*', word).replaceAll('*', ''));
  return names
    .map((name) => name.replaceAll('?', '1'))
    .find((name) => {
      const arn = `arn:aws:lambda:us-east-1:111122223333:function:${name}`;
      return findFunctionEntry(allowlist, arn) === entry;
    });
}

function explainMode(entry: FunctionEntry): string {
  if (entry.mode === 'observe') return 'Mode observe: other callers are reported, nothing is changed.';
  if (entry.scope === 'offender') {
    return 'Mode enforce, scope offender: a caller that is not listed is reported, and only that caller is shut out.';
  }
  return entry.invokers.length === 0
    ? 'Mode enforce: every caller is reported and shut out, break-glass apart.'
    : 'Mode enforce: other callers are reported and shut out.';
}

function explainInvokers(entries: readonly InvokerEntry[], nowMs: number): readonly string[] {
  if (entries.length === 0) return ['  Nobody may call it.'];
  return ['  May call it:', ...entries.map((entry) => `  - ${explainEntry(entry, nowMs)}`)];
}

/** One entry as a sentence: who, until when, and what the author noted. */
export function explainEntry(entry: InvokerEntry, nowMs: number): string {
  const notes = [
    ...(entry.owner === undefined ? [] : [`owner ${printSafely(entry.owner)}`]),
    ...(entry.reason === undefined ? [] : [`reason: ${printSafely(entry.reason)}`]),
  ];
  const remark = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `${explainCaller(entry)}${explainNarrowing(entry)}${explainExpiry(entry, nowMs)}${remark}`;
}

function explainNarrowing({ narrowing }: InvokerEntry): string {
  const { sourceIp, vpcEndpoint, qualifier, invokedBy } = narrowing ?? {};
  const parts = [
    ...(sourceIp === undefined ? [] : [`from ${joinChoices(sourceIp)}`]),
    ...(vpcEndpoint === undefined ? [] : [`through ${joinChoices(vpcEndpoint)}`]),
    ...(qualifier === undefined ? [] : [`for the version or alias ${joinChoices(qualifier)}`]),
    ...(invokedBy === undefined ? [] : [`used by ${joinChoices(invokedBy)}, which no policy can enforce`]),
  ];
  return parts.length === 0 ? '' : `, only ${parts.join(' and ')}`;
}

function joinChoices(choices: readonly string[]): string {
  return choices.join(' or ');
}

function explainExpiry(entry: InvokerEntry, nowMs: number): string {
  if (entry.expires === undefined) return '';
  return isLive(entry, nowMs) ? `, until ${entry.expires}` : `: EXPIRED at ${entry.expires}, lets nobody in`;
}

function explainCaller(entry: InvokerEntry): string {
  switch (entry.kind) {
    case 'service': {
      const source = entry.sourceArn === undefined ? 'any resource' : entry.sourceArn;
      const owner = explainOwner(entry.sourceArn, entry.sourceAccount);
      return `the service ${entry.service}, for ${source}${owner}`;
    }
    case 'role':
      return `${hasWildcard(entry.role) ? 'sessions of any role like' : 'sessions of the role'} ${entry.role}`;
    case 'user':
      return `${hasWildcard(entry.user) ? 'any user like' : 'the user'} ${entry.user}`;
    case 'account':
      return `every principal of the account ${entry.account}: roles, users, root, federated users`;
    case 'eventSourceMapping':
      return isMappingArn(entry.eventSourceMapping)
        ? `Lambda's poller of the event source mapping ${entry.eventSourceMapping}`
        : `Lambda's pollers of ${entry.eventSourceMapping}`;
    case 'functionUrl':
      return 'anybody on the internet, through a function URL with AuthType NONE';
  }
}

function explainOwner(sourceArn: string | undefined, sourceAccount: string | undefined): string {
  if (sourceAccount !== undefined) return ` of the account ${sourceAccount}`;
  const named = /^\d{12}$/.test(parseArn(sourceArn ?? '')?.account ?? '');
  return named ? '' : ' of any account';
}

function explainBreakGlass(allowlist: Allowlist, nowMs: number): string {
  if (allowlist.breakGlass.length === 0) return 'Break-glass: nobody.';
  const lines = allowlist.breakGlass.map((entry) => `- ${explainEntry(entry, nowMs)}`);
  return ['Break-glass, never shut out on any function:', ...lines].join('\n');
}

function explainRest(allowlist: Allowlist): string {
  const { emails } = allowlist.alerts;
  const unguarded =
    allowlist.functions.length === 0
      ? 'No function is guarded.'
      : 'Every other function is not guarded: its callers are neither judged nor shut out.';
  const mail =
    emails.length === 0
      ? 'No e-mail address gets the alerts; they go to the SNS topic only.'
      : `Alerts go to ${emails.join(', ')}.`;
  return [unguarded, mail].join('\n');
}
