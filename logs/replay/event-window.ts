import { createHash } from 'node:crypto';

/** Four words that stand for an eventID: the digits of a UUID, or a hash. */
export type EventKey = readonly [number, number, number, number];

/** Remembers the eventIDs of the last calls, in memory of a fixed size. */
export interface EventWindow {
  /** Decides whether the ID was there before, and remembers it. */
  readonly meet: (a: number, b: number, c: number, d: number) => 'new' | 'seen';
}

/**
 * A table is never fuller than three quarters: of the IDs before the current one at least 786,432 are remembered, and at
 * most twice as many.
 */
const MOST_SLOTS = 2 ** 20;
const FEWEST_SLOTS = 2 ** 12;

/** How large a window begins: `whole` takes all of its memory at once, so that it does not grow while logs are read. */
export type WindowSize = 'whole' | 'growing';

/**
 * Builds a window: two tables that are filled in turn. When one is full, the other is emptied and filled next, so the
 * memory stays the same however long the logs are. IDs are compared whole, never by a shorter hash.
 * @param mostSlots of one table, a power of two; three quarters of it are remembered
 */
export function createEventWindow(size: WindowSize, mostSlots: number = MOST_SLOTS): EventWindow {
  const firstSlots = size === 'whole' ? mostSlots : Math.min(FEWEST_SLOTS, mostSlots);
  // Filled, because memory that was never written does not count for the system yet.
  let current = new Uint32Array(firstSlots * 4).fill(0);
  let before = new Uint32Array(size === 'whole' ? mostSlots * 4 : 4).fill(0);
  let count = 0;
  let rounds = 0;

  return {
    meet: (a, b, c, d) => {
      // A slot of zeros is empty; the UUID of zeros, which AWS does not give, is kept as another that it does not give.
      const last = (a | b | c | d) === 0 ? 1 : d;
      if (rounds > 0 && findPlace(before, a, b, c, last) < 0) return 'seen';
      const free = findPlace(current, a, b, c, last);
      if (free < 0) return 'seen';
      writeID(current, free, a, b, c, last);
      count += 1;
      if (count * 16 >= current.length * 3) makeRoom();
      return 'new';
    },
  };

  /** Doubles the table that is full, or goes over to the other. */
  function makeRoom(): void {
    if (current.length < mostSlots * 4) {
      const wider = new Uint32Array(current.length * 2);
      copyIDs(current, wider);
      current = wider;
      return;
    }
    const next = before.length === current.length ? before.fill(0) : new Uint32Array(current.length);
    before = current;
    current = next;
    count = 0;
    rounds += 1;
  }
}

/** Where an ID would stand in a table; -1 where it stands already. */
function findPlace(table: Uint32Array, a: number, b: number, c: number, d: number): number {
  let place = ((Math.imul(a ^ (b >>> 7) ^ c ^ d, 0x9e3779b1) >>> 10) << 2) & (table.length - 1);
  for (;;) {
    // One word after the other: this is the one place where memory is waited for, for every call.
    if (table[place] === a && table[place + 1] === b && table[place + 2] === c && table[place + 3] === d) {
      return -1;
    }
    if (table[place + 3] === 0 && table[place] === 0 && table[place + 1] === 0 && table[place + 2] === 0) {
      return place;
    }
    place = (place + 4) & (table.length - 1);
  }
}

function writeID(table: Uint32Array, at: number, a: number, b: number, c: number, d: number): void {
  table[at] = a;
  table[at + 1] = b;
  table[at + 2] = c;
  table[at + 3] = d;
}

function copyIDs(from: Uint32Array, to: Uint32Array): void {
  for (let at = 0; at < from.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = from.subarray(at, at + 4);
    if ((a | b | c | d) !== 0) writeID(to, findPlace(to, a, b, c, d), a, b, c, d);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The key of an eventID as text; that of a UUID in lower case is its digits, as the scanner packs them. */
export function keyEventID(eventID: string): EventKey {
  if (UUID.test(eventID)) {
    const digits = eventID.replaceAll('-', '');
    return [readHex(digits, 0), readHex(digits, 8), readHex(digits, 16), readHex(digits, 24)];
  }
  // UTF-16, because two texts that differ in broken surrogates are the same in UTF-8.
  const hash = createHash('sha256').update(eventID, 'utf16le').digest();
  return [hash.readUInt32BE(0), hash.readUInt32BE(4), hash.readUInt32BE(8), hash.readUInt32BE(12)];
}

function readHex(digits: string, from: number): number {
  return Number.parseInt(digits.slice(from, from + 8), 16);
}

/** The UUID that four words stand for. */
export function writeUuid(a: number, b: number, c: number, d: number): string {
  const digits = [a, b, c, d].map((word) => word.toString(16).padStart(8, '0')).join('');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-');
}
