/**
 * What CloudTrail takes for data events, as this report assumes it. The price differs by Region and changes, which is
 * why every report prints the assumption beside its figures.
 * @see https://aws.amazon.com/cloudtrail/pricing/
 */
export const EVENT_PRICE = {
  usdPer100kEvents: 0.1,
  asOf: '2026-11',
  source:
    'secondary sources, not read from the price page of AWS itself (https://aws.amazon.com/cloudtrail/pricing/)',
} as const;

/** A number of data events and what they cost. */
export interface EventCost {
  readonly events: number;
  /** US dollars for the span of the logs. */
  readonly usd: number;
  /** US dollars for a month at the same rate; null where the span is too short to tell. */
  readonly usdPerMonth: number | null;
}

/** A twelfth of a year of 365 days. */
const MONTH_HOURS = 730;
/** What happens in less than an hour says nothing about a month. */
const SHORTEST_SPAN_HOURS = 1;

/** Prices data events that were logged within a span. */
export function priceEvents(events: number, spanHours: number): EventCost {
  const usd = (events / 100_000) * EVENT_PRICE.usdPer100kEvents;
  const usdPerMonth = spanHours < SHORTEST_SPAN_HOURS ? null : round((usd * MONTH_HOURS) / spanHours);
  return { events, usd: round(usd), usdPerMonth };
}

/** To a millionth of a dollar, which is one event: sums of many such numbers stay readable. */
function round(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
