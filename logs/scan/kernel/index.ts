// The scanner's kernel: walks over a CloudTrail log file, `{"Records":[…]}`, and answers a row for each call of Lambda.
// AssemblyScript, compiled to WebAssembly by build.mjs. It knows nothing of AWS but where the core's fields stand; what
// they mean is decided by the core, once for each tuple. Whatever it does not know it leaves to the plain path.
import { FAULT_MORE, fault, isBeforeEnd, setEnd, skipSpace, startWalk, stop } from './json';
import {
  CALL_BYTES,
  CALLS_AT,
  INPUT_AT,
  KIND_CALL,
  KIND_PLAIN,
  MAX_ROWS,
  ROW_END,
  ROW_FIRST,
  ROW_ID,
  ROW_KIND,
  ROW_RECORD,
  ROW_SESSION,
  ROW_START,
  ROW_TIME,
  ROW_TUPLE,
  ROW_WORDS,
  ROWS_AT,
  SLOT_ARN,
  SLOT_ERROR_CODE,
  SLOT_EVENT_ID,
  SLOT_EVENT_NAME,
  SLOT_EVENT_SOURCE,
  SLOT_EVENT_TIME,
  SLOT_IDENTITY,
  SLOT_PARAMETERS,
  SLOT_PRINCIPAL_ID,
  SLOT_TYPE,
  SLOTS_AT,
  SOURCE_BYTES,
  SOURCES_AT,
  STATUS_DONE,
  STATUS_MORE,
  STATUS_ROWS_FULL,
  STATUS_TUPLES_FULL,
  STATUS_UNKNOWN,
  VALUE_ABSENT,
  VALUE_PACKED,
  VALUE_TEXT,
} from './layout';
import { readRecord } from './record';
import { findRecordEnd } from './record-end';
import {
  findTuple,
  forgetTuples,
  isNew,
  slotLength,
  slotStart,
  TUPLE_NONE_FREE,
  TUPLE_UNKEPT,
} from './tuple';
import { packTime, packUuid } from './value';

export { forgetTuples };

/** What is expected next. */
const AT_START: i32 = 0;
const AT_FIRST_RECORD: i32 = 1;
const AT_RECORD: i32 = 2;
const BEHIND_RECORD: i32 = 3;
const BEHIND_RECORDS: i32 = 4;
const BEHIND_ALL: i32 = 5;

let state: i32 = AT_START;
/** From where on the text is still needed. */
export let position: usize = INPUT_AT;
export let rowCount: i32 = 0;
/** Records so far. */
export let recordCount: i32 = 0;
/** Records of other services than Lambda, and calls of Lambda that invoke nothing. */
export let notLambda: i32 = 0;
export let notInvocation: i32 = 0;

/** Begins a new document. */
export function startDocument(): void {
  state = AT_START;
  recordCount = 0;
  notLambda = 0;
  notInvocation = 0;
}

/** Reads on from `from` to `end`; rows are overwritten. */
export function scan(from: usize, end: usize): i32 {
  setEnd(end);
  rowCount = 0;
  let at = from;
  while (true) {
    position = at;
    // White space before the document is left to the plain path, which counts its lines.
    if (state != AT_START) at = skipSpace(at);
    if (!isBeforeEnd(at)) {
      position = at;
      return state == BEHIND_ALL ? STATUS_DONE : STATUS_MORE;
    }
    const c = load<u8>(at);
    if (state == AT_RECORD || (state == AT_FIRST_RECORD && c != 0x5d)) {
      if (c != 0x7b) return STATUS_UNKNOWN;
      if (rowCount == MAX_ROWS) return STATUS_ROWS_FULL;
      const status = takeRecord(at);
      if (status != STATUS_DONE) return status;
      at = behindRecord;
      state = BEHIND_RECORD;
    } else if (state == AT_START) {
      at = takeHead(at);
      if (at == 0) return fault == FAULT_MORE ? STATUS_MORE : STATUS_UNKNOWN;
      state = AT_FIRST_RECORD;
    } else if (c == 0x5d && state != BEHIND_RECORDS && state != BEHIND_ALL) {
      at += 1;
      state = BEHIND_RECORDS;
    } else if (c == 0x2c && state == BEHIND_RECORD) {
      at += 1;
      state = AT_RECORD;
    } else if (c == 0x7d && state == BEHIND_RECORDS) {
      at += 1;
      state = BEHIND_ALL;
    } else {
      return STATUS_UNKNOWN;
    }
  }
}

/** `{"Records":[`, with white space where JSON allows it. */
function takeHead(from: usize): usize {
  startWalk();
  let at = expect(from, 0x7b);
  if (at == 0) return 0;
  at = skipSpace(at);
  // `"Records` is eight bytes; read as one number, the first byte comes last.
  if (load<u64>(at) != 0x7364726f63655222) return stop(isBeforeEnd(at + 8) ? at : at + 8);
  at = expect(at + 8, 0x22);
  if (at == 0) return 0;
  at = expect(skipSpace(at), 0x3a);
  return at == 0 ? 0 : expect(skipSpace(at), 0x5b);
}

function expect(at: usize, c: u8): usize {
  return load<u8>(at) == c && isBeforeEnd(at) ? at + 1 : stop(at);
}

let behindRecord: usize = 0;

/** Takes the record at its opening brace. STATUS_DONE where it was taken. */
function takeRecord(at: usize): i32 {
  startWalk();
  behindRecord = readRecord(at + 1);
  let kind = KIND_CALL;
  if (behindRecord == 0) {
    if (fault == FAULT_MORE) return STATUS_MORE;
    behindRecord = findRecordEnd(at);
    if (behindRecord == 0) return STATUS_MORE;
    kind = KIND_PLAIN;
  } else if (slotLength(SLOT_EVENT_NAME) == 0 || slotLength(SLOT_EVENT_SOURCE) == 0) {
    // An envelope, an Insights record, or no record at all.
    kind = KIND_PLAIN;
  } else if (!isLambda()) {
    if (!isChange()) {
      notLambda += 1;
      recordCount += 1;
      return STATUS_DONE;
    }
    kind = KIND_PLAIN;
  } else if (!isInvoke()) {
    if (isReading()) {
      notInvocation += 1;
      recordCount += 1;
      return STATUS_DONE;
    }
    kind = KIND_PLAIN;
  }
  return writeRow(kind, at);
}

/** `lambda.amazonaws.com`: twenty bytes, as three numbers that overlap. */
function isLambda(): bool {
  const at = slotStart(SLOT_EVENT_SOURCE);
  return (
    slotLength(SLOT_EVENT_SOURCE) == 20 &&
    load<u64>(at) == 0x612e6164626d616c &&
    load<u64>(at, 8) == 0x7377616e6f7a616d &&
    load<u32>(at, 16) == 0x6d6f632e
  );
}

/** The eventName begins with `Invoke`. */
function isInvoke(): bool {
  const at = slotStart(SLOT_EVENT_NAME);
  return slotLength(SLOT_EVENT_NAME) >= 6 && load<u32>(at) == 0x6f766e49 && load<u16>(at, 4) == 0x656b;
}

/** `Get…` and `List…`: the core knows no change of Lambda with such a name. */
function isReading(): bool {
  const name = load<u32>(slotStart(SLOT_EVENT_NAME));
  return (name & 0xffffff) == 0x746547 || name == 0x7473694c;
}

/** What may be a change of another service's, by how the service and the call begin; the core looks closer. */
function isChange(): bool {
  const source = load<u64>(slotStart(SLOT_EVENT_SOURCE));
  const name = load<u64>(slotStart(SLOT_EVENT_NAME));
  for (let row: usize = SOURCES_AT; load<u64>(row) != 0; row += SOURCE_BYTES) {
    if (load<u64>(row) != source) continue;
    let call = <usize>CALLS_AT + <usize>load<u32>(row, 8) * CALL_BYTES;
    const end = call + <usize>load<u32>(row, 12) * CALL_BYTES;
    for (; call < end; call += CALL_BYTES) {
      if (load<u64>(call) == name) return true;
    }
    return false;
  }
  return false;
}

function writeRow(plainOrCall: i32, start: usize): i32 {
  const row = <usize>ROWS_AT + <usize>(rowCount * ROW_WORDS * 4);
  let kind = plainOrCall;
  if (kind == KIND_CALL) {
    const flags = readFlags();
    store<u32>(row, 0, ROW_SESSION * 4);
    store<u32>(row, 0, ROW_SESSION * 4 + 4);
    const isCut = cutSession(row);
    const tuple = findTuple(flags | (isCut ? 8 : 0));
    if (tuple == TUPLE_NONE_FREE) return STATUS_TUPLES_FULL;
    if (tuple == TUPLE_UNKEPT) {
      kind = KIND_PLAIN;
    } else {
      store<u32>(row, tuple, ROW_TUPLE * 4);
      store<u32>(row, isNew ? 1 : 0, ROW_FIRST * 4);
      writeEventID(row);
      writeTime(row);
    }
  }
  recordCount += 1;
  store<u32>(row, kind, ROW_KIND * 4);
  store<u32>(row, recordCount, ROW_RECORD * 4);
  store<u32>(row, <u32>start, ROW_START * 4);
  store<u32>(row, <u32>behindRecord, ROW_END * 4);
  rowCount += 1;
  return STATUS_DONE;
}

/** What of a record decides what it is, beside the texts of the tuple. */
function readFlags(): u32 {
  const failed: u32 = slotLength(SLOT_ERROR_CODE) > 0 ? 1 : 0;
  const parameters: u32 = slotStart(SLOT_PARAMETERS) != 0 ? 2 : 0;
  // No identity and an empty one are told apart in words.
  const identity: u32 = slotStart(SLOT_IDENTITY) != 0 ? 16 : 0;
  return failed | parameters | (isAnonymous() ? 4 : 0) | identity;
}

/** `anonymous` in any case. */
function isAnonymous(): bool {
  const at = slotStart(SLOT_PRINCIPAL_ID);
  return (
    slotLength(SLOT_PRINCIPAL_ID) == 9 &&
    (load<u64>(at) | 0x2020202020202020) == 0x756f6d796e6f6e61 &&
    (load<u8>(at, 8) | 0x20) == 0x73
  );
}

/**
 * Cuts `arn:aws:sts::account:assumed-role/role/session` before the session, so that a role with a session for each
 * call is one tuple. Only where `type` is `AssumedRole`: of every other caller the whole ARN counts.
 */
function cutSession(row: usize): bool {
  const type = slotStart(SLOT_TYPE);
  if (slotLength(SLOT_TYPE) != 11 || load<u64>(type) != 0x5264656d75737341) return false;
  if (load<u64>(type, 3) != 0x656c6f5264656d75) return false;
  const arn = slotStart(SLOT_ARN);
  const end = arn + slotLength(SLOT_ARN);
  let at = arn;
  for (let colons = 0; colons < 5; at += 1) {
    if (at >= end) return false;
    const c = load<u8>(at);
    // With a slash this early, the core may see a session begin before.
    if (c == 0x2f) return false;
    if (c == 0x3a) colons += 1;
  }
  // `assumed-` and `role/`
  if (at + 13 > end || load<u64>(at) != 0x2d64656d75737361 || load<u32>(at, 8) != 0x656c6f72) return false;
  if (load<u8>(at, 12) != 0x2f) return false;
  at += 13;
  while (at < end && load<u8>(at) != 0x2f) at += 1;
  at += 1;
  if (at >= end) return false;
  store<u32>(row, <u32>at, ROW_SESSION * 4);
  store<u32>(row, <u32>(end - at), ROW_SESSION * 4 + 4);
  store<u32>(SLOTS_AT + (SLOT_ARN << 3), <u32>(at - arn), 4);
  return true;
}

function writeEventID(row: usize): void {
  const text = slotStart(SLOT_EVENT_ID);
  const length = slotLength(SLOT_EVENT_ID);
  if (length == 0) {
    store<u32>(row, VALUE_ABSENT, ROW_ID * 4);
  } else if (packUuid(text, length, row + ROW_ID * 4 + 4)) {
    store<u32>(row, VALUE_PACKED, ROW_ID * 4);
  } else {
    store<u32>(row, VALUE_TEXT, ROW_ID * 4);
    store<u32>(row, <u32>text, ROW_ID * 4 + 4);
    store<u32>(row, length, ROW_ID * 4 + 8);
  }
}

function writeTime(row: usize): void {
  const text = slotStart(SLOT_EVENT_TIME);
  const length = slotLength(SLOT_EVENT_TIME);
  const seconds = packTime(text, length);
  if (length == 0) {
    store<u32>(row, VALUE_ABSENT, ROW_TIME * 4);
  } else if (seconds >= 0) {
    store<u32>(row, VALUE_PACKED, ROW_TIME * 4);
    store<u32>(row, <u32>seconds, ROW_TIME * 4 + 4);
  } else {
    store<u32>(row, VALUE_TEXT, ROW_TIME * 4);
    store<u32>(row, <u32>text, ROW_TIME * 4 + 4);
    store<u32>(row, length, ROW_TIME * 4 + 8);
  }
}
