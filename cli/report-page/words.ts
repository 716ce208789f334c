import { parseArn } from '../../core/arn.ts';
import type { Caller } from '../../core/caller/caller.ts';
import { describeCaller } from '../../core/caller/description.ts';
import { parseFunctionName, readRecordedName } from '../../core/record/function-reference.ts';
import type { BucketWidth } from '../../core/report/time-buckets.ts';
import type { Verdict } from '../../core/verdict/decision.ts';
import { cutText, html, type Markup } from './markup.ts';

const NUMBER = new Intl.NumberFormat('en-GB');

/** `1,234,567`. */
export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** `1 file`, `2 files`. */
export function formatNumber(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `1 call`, `2 calls`. */
export function formatCalls(count: number): string {
  return formatNumber(count, 'call', 'calls');
}

/** US dollars, with as many places as tell something. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.01) return '< $0.01';
  return `$${new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(usd)}`;
}

/** `2026-10-01 12:00` of an ISO-8601 time; all times in a report are UTC. */
export function formatTime(time: string | null): string {
  return time === null ? 'no time' : time.slice(0, 16).replace('T', ' ');
}

/** A span of hours in the unit that people would say. */
export function formatSpan(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} minutes`;
  if (hours < 48) return `${Math.round(hours * 10) / 10} hours`;
  return `${Math.round((hours / 24) * 10) / 10} days`;
}

/** How wide the bars of a chart are. */
export function describeWidth({ unit, size }: BucketWidth): string {
  return size === 1 ? `each ${unit}` : `every ${size} ${unit}s`;
}

/** The verdicts in the order in which people read them, with their words. */
export const VERDICT_WORDS: readonly (readonly [Verdict, string])[] = [
  ['unauthorized', 'Unauthorized'],
  ['undetermined', 'Undetermined'],
  ['authorized', 'Authorized'],
  ['unguarded', 'Nobody guards the function'],
];

/** A function's name alone, for charts. */
export function nameFunction(functionArn: string | null): string {
  return functionArn === null ? 'no function' : cutText(readRecordedName(functionArn));
}

/** A function in a table: its name, and below it where it is. */
export function showFunction(functionArn: string | null): Markup {
  if (functionArn === null) return html`<em>no function that can be read</em>`;
  const name = parseFunctionName(functionArn);
  // An odd ARN is shown whole: its parts are not what they seem.
  if (name === undefined) return html`<code>${functionArn}</code>`;
  return html`<span class="name">${name.name}</span> <span class="place">${name.region} ${name.account}</span>`;
}

/** A caller in few words, for charts. */
export function nameCaller(caller: Caller): string {
  switch (caller.kind) {
    case 'role':
      return cutText(`role ${shortenArn(caller.roleArn)}`);
    case 'user':
      return cutText(`user ${shortenArn(caller.userArn)}`);
    case 'service':
      return cutText(
        caller.sourceArn === undefined
          ? caller.service
          : `${caller.service}, ${shortenArn(caller.sourceArn)}`,
      );
    default:
      return cutText(describeCaller(caller));
  }
}

/** The last part of an ARN's resource: what people call the thing. Other texts stay as they are. */
export function shortenArn(text: string): string {
  const resource = parseArn(text)?.resource;
  return resource === undefined
    ? text
    : resource.slice(Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1);
}

/** A caller in a table, in full: what stands here can be copied into an allowlist. */
export function showCaller(caller: Caller): Markup {
  switch (caller.kind) {
    case 'role':
      return html`<span class="kind">role</span> <code>${caller.roleArn}</code>`;
    case 'user':
      return html`<span class="kind">user</span> <code>${caller.userArn}</code>`;
    case 'service':
      return html`<span class="kind">service</span> <code>${caller.service}</code>${
        caller.sourceArn === undefined ? '' : html` for <code>${caller.sourceArn}</code>`
      }${caller.sourceAccount === undefined ? '' : html` of ${caller.sourceAccount}`}`;
    case 'eventSourceMapping':
      return html`<span class="kind">event source mapping</span> <code>${caller.mappingArn}</code>`;
    case 'root':
    case 'account':
    case 'federated':
    case 'anonymous':
    case 'unknown':
      return html`<span class="kind">${caller.kind}</span> <span class="free">${describeCaller(caller)}</span>`;
  }
}
