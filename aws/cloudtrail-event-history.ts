import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { ChangeHistory, HistoryPage } from '../containment/access-history.ts';
import type { Clock } from '../containment/ports.ts';
import type { UnreadHistory } from '../core/change/granter-search.ts';
import { type ClientSettings, composeClientConfig } from './clients.ts';
import { classifyFault, describeFault } from './sdk-fault.ts';

/** What is looked back: an hour less than the 90 days, so that no difference of clocks asks for more. */
const LOOK_BACK_MS = (90 * 24 - 1) * 3_600_000;
/** CloudTrail takes two lookups a second from the whole account and Region. */
const PACE_MS = 550;
/** Of 120 that the account has in a minute: so much may a whole batch ask, in 13 s, and the rest is left to others. */
const MAX_LOOKUPS_PER_MINUTE = 24;
const MINUTE_MS = 60_000;
const REQUEST_MS = 3_000;
/** A storm of calls asks once; what is new meanwhile would mostly not be in the history yet. */
const KEPT_MS = 300_000;
/** After a fault nobody waits for the next one at once; a right that is missing will not be there in a minute. */
const CLOSED_MS: Readonly<Record<UnreadHistory['why'], number>> = {
  throttled: 30_000,
  outOfTime: 30_000,
  failed: 30_000,
  noRight: KEPT_MS,
};

/**
 * Builds the client for CloudTrail's history of events, by itself: an alert waits for it, so it tries once and says so.
 * CloudTrail takes two lookups a second from the whole account, and whoever retries takes them from others.
 */
export function buildHistoryClient(settings: ClientSettings): CloudTrailClient {
  return new CloudTrailClient({ ...composeClientConfig(settings), maxAttempts: 1, retryMode: 'standard' });
}

/** What was read of one name, and the token of the page that follows. */
interface NameReading {
  readonly startTime: Date;
  readonly pages: { readonly records: readonly unknown[]; readonly nextToken: string | undefined }[];
}

/**
 * CloudTrail's history of management events through `LookupEvents`, which needs no trail: paced, cached for five
 * minutes by event name, bounded in requests and in time.
 *
 * IAM: `cloudtrail:LookupEvents`, which knows no resources.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export class CloudtrailEventHistory implements ChangeHistory {
  readonly #client: CloudTrailClient;
  readonly #clock: Clock;
  readonly #requestMs: number;
  readonly #names = new Map<string, NameReading>();
  /** Searches that want the same page at the same time wait for one lookup. */
  readonly #inWork = new Map<string, Promise<HistoryPage>>();
  #lookupTimesMs: readonly number[] = [];
  #closed: { readonly untilMs: number; readonly answer: UnreadHistory } | undefined;

  constructor(client: CloudTrailClient, clock: Clock, requestMs: number = REQUEST_MS) {
    this.#client = client;
    this.#clock = clock;
    this.#requestMs = requestMs;
  }

  async readPage(eventName: string, page: number, deadlineMs: number): Promise<HistoryPage> {
    const key = `${eventName} ${page}`;
    const reading =
      this.#inWork.get(key) ??
      this.#readPage(eventName, page, deadlineMs).finally(() => this.#inWork.delete(key));
    this.#inWork.set(key, reading);
    return reading;
  }

  async #readPage(eventName: string, page: number, deadlineMs: number): Promise<HistoryPage> {
    let name = this.#recall(eventName, page);
    // Another search may have begun the name anew.
    while (name.pages.length < page) {
      const before = await this.readPage(eventName, name.pages.length, deadlineMs);
      if (before.kind === 'unread') return before;
      if (before.older === 'none') return { kind: 'page', records: [], older: 'none' };
      name = this.#recall(eventName, page);
    }
    if (name.pages[page] === undefined) {
      const fault = await this.#lookUp(eventName, name, page, deadlineMs);
      if (fault !== undefined) return fault;
    }
    const { records = [], nextToken } = name.pages[page] ?? {};
    return { kind: 'page', records, older: nextToken === undefined ? 'none' : 'more' };
  }

  #recall(eventName: string, page: number): NameReading {
    const nowMs = this.#clock.nowMs();
    const held = this.#names.get(eventName);
    const isFresh = held !== undefined && nowMs - LOOK_BACK_MS - held.startTime.getTime() < KEPT_MS;
    if (held !== undefined && (isFresh || page > 0)) return held;
    const begun = { startTime: new Date(nowMs - LOOK_BACK_MS), pages: [] };
    this.#names.set(eventName, begun);
    return begun;
  }

  /** Adds a page to a name, or says why it could not be read. A lookup that was throttled is tried once more. */
  async #lookUp(
    eventName: string,
    name: NameReading,
    page: number,
    deadlineMs: number,
  ): Promise<UnreadHistory | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const refusal = await this.#awaitTurn(deadlineMs);
      if (refusal !== undefined) return refusal;
      const abortSignal = AbortSignal.timeout(
        Math.max(1, Math.min(this.#requestMs, deadlineMs - this.#clock.nowMs())),
      );
      const request = new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
        StartTime: name.startTime,
        NextToken: name.pages[page - 1]?.nextToken,
      });
      try {
        const { Events = [], NextToken } = await this.#client.send(request, { abortSignal });
        const records = Events.map(({ CloudTrailEvent }) => ({ CloudTrailEvent }));
        name.pages[page] = { records, nextToken: NextToken };
        return undefined;
      } catch (error) {
        const answer = describeUnread(error, abortSignal);
        if (answer.why === 'throttled' && attempt === 1) continue;
        this.#closed = { untilMs: this.#clock.nowMs() + CLOSED_MS[answer.why], answer };
        return answer;
      }
    }
  }

  /** Waits until the next lookup may be made; answers why it may not. */
  async #awaitTurn(deadlineMs: number): Promise<UnreadHistory | undefined> {
    const nowMs = this.#clock.nowMs();
    if (this.#closed !== undefined && nowMs < this.#closed.untilMs) return this.#closed.answer;
    const recent = this.#lookupTimesMs.filter((timeMs) => timeMs > nowMs - MINUTE_MS);
    const turnMs = Math.max(nowMs, (recent.at(-1) ?? 0) + PACE_MS);
    if (recent.length >= MAX_LOOKUPS_PER_MINUTE || turnMs >= deadlineMs) {
      return unread('outOfTime', 'an alert does not wait for more lookups in the history of events');
    }
    this.#lookupTimesMs = [...recent, turnMs];
    if (turnMs > nowMs) await this.#clock.sleep(turnMs - nowMs);
    return undefined;
  }
}

const THROTTLED = /Throttl|TooManyRequests|RequestLimit/;

function describeUnread(error: unknown, abortSignal: AbortSignal): UnreadHistory {
  if (abortSignal.aborted) return unread('outOfTime', '`cloudtrail:LookupEvents` did not answer in time');
  const said = describeFault(error);
  if (error instanceof Error && THROTTLED.test(error.name)) {
    return unread(
      'throttled',
      `CloudTrail takes two lookups a second from the whole account, and others use them up (${said})`,
    );
  }
  return classifyFault(error) === 'accessDenied'
    ? unread(
        'noRight',
        `\`cloudtrail:LookupEvents\` is not allowed: allow it to the role that Invokeguard runs as (${said})`,
      )
    : unread('failed', `\`cloudtrail:LookupEvents\` did not get through (${said})`);
}

function unread(why: UnreadHistory['why'], reason: string): UnreadHistory {
  return { kind: 'unread', why, reason };
}
