// Tuples: the texts that decide what a call is. Equal texts are one tuple, told apart byte by byte, not by hash alone.
import {
  FIRST_TUPLE_SLOT,
  MAX_TUPLE_BYTES,
  MAX_TUPLES,
  SLOTS_AT,
  TABLE_AT,
  TABLE_MASK,
  TUPLE_BYTES_AT,
  TUPLE_BYTES_END,
  TUPLE_SLOTS_END,
  TUPLES_AT,
} from './layout';

/** Answers of `findTuple` beside the tuple itself. */
export const TUPLE_UNKEPT = -1;
export const TUPLE_NONE_FREE = -2;

let count: i32 = 0;
let used: usize = TUPLE_BYTES_AT;
export let isNew: bool = false;

/** So many wrong guesses in the hash table are no accident: such a record is left to the plain path. */
const MAX_PROBES: i32 = 64;
const PRIME: u64 = 0x9e3779b97f4a7c15;

export function forgetTuples(): void {
  memory.fill(TABLE_AT, 0, (TABLE_MASK + 1) * 8);
  count = 0;
  used = TUPLE_BYTES_AT;
}

export function slotStart(slot: i32): usize {
  return load<u32>(<usize>SLOTS_AT + ((<usize>slot) << 3));
}

export function slotLength(slot: i32): u32 {
  return load<u32>(<usize>SLOTS_AT + ((<usize>slot) << 3), 4);
}

/** The number of the tuple that the slots hold now, and of what else there is to tell (`flags`). */
export function findTuple(flags: u32): i32 {
  let hash: u64 = <u64>flags ^ PRIME;
  let bytes: usize = 4;
  for (let slot = FIRST_TUPLE_SLOT; slot < TUPLE_SLOTS_END; slot += 1) {
    const length = slotLength(slot);
    hash = hashText(hash, slotStart(slot), length);
    bytes += 4 + length;
  }
  if (bytes > <usize>MAX_TUPLE_BYTES) return TUPLE_UNKEPT;
  const short = <u32>(hash ^ (hash >> 29));
  let place = (short ^ (short >> 16)) & TABLE_MASK;
  for (let probe = 0; probe < MAX_PROBES; probe += 1) {
    const entry = <usize>TABLE_AT + ((<usize>place) << 3);
    const tuple = load<u32>(entry, 4);
    if (tuple == 0) return keepTuple(entry, short, flags, bytes);
    if (load<u32>(entry) == short && holdsTuple(<i32>tuple - 1, flags)) {
      isNew = false;
      return <i32>tuple - 1;
    }
    place = (place + 1) & TABLE_MASK;
  }
  return TUPLE_UNKEPT;
}

function hashText(before: u64, from: usize, length: u32): u64 {
  let hash = (before ^ length) * PRIME;
  let at = from;
  let left = length;
  while (left >= 8) {
    hash = (hash ^ load<u64>(at)) * PRIME;
    hash ^= hash >> 32;
    at += 8;
    left -= 8;
  }
  if (left > 0) {
    hash = (hash ^ (load<u64>(at) & (((<u64>1) << (left << 3)) - 1))) * PRIME;
    hash ^= hash >> 32;
  }
  return hash;
}

function keepTuple(entry: usize, short: u32, flags: u32, bytes: usize): i32 {
  if (count >= MAX_TUPLES || used + bytes > <usize>TUPLE_BYTES_END) return TUPLE_NONE_FREE;
  store<u32>(entry, short);
  store<u32>(entry, count + 1, 4);
  store<u32>(<usize>TUPLES_AT + ((<usize>count) << 2), <u32>used);
  store<u32>(used, flags);
  used += 4;
  for (let slot = FIRST_TUPLE_SLOT; slot < TUPLE_SLOTS_END; slot += 1) {
    const length = slotLength(slot);
    store<u32>(used, length);
    memory.copy(used + 4, slotStart(slot), length);
    used += 4 + length;
  }
  isNew = true;
  count += 1;
  return count - 1;
}

function holdsTuple(tuple: i32, flags: u32): bool {
  let at: usize = load<u32>(<usize>TUPLES_AT + ((<usize>tuple) << 2));
  if (load<u32>(at) != flags) return false;
  at += 4;
  for (let slot = FIRST_TUPLE_SLOT; slot < TUPLE_SLOTS_END; slot += 1) {
    const length = slotLength(slot);
    if (load<u32>(at) != length || !isSame(at + 4, slotStart(slot), length)) return false;
    at += 4 + length;
  }
  return true;
}

/** Whether two texts of one length are the same. */
export function isSame(left: usize, right: usize, length: u32): bool {
  let at: usize = 0;
  const whole: usize = length & ~7;
  while (at < whole) {
    if (load<u64>(left + at) != load<u64>(right + at)) return false;
    at += 8;
  }
  const rest = length & 7;
  if (rest == 0) return true;
  const mask = ((<u64>1) << (rest << 3)) - 1;
  return ((load<u64>(left + at) ^ load<u64>(right + at)) & mask) == 0;
}
