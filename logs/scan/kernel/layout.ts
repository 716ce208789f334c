// The agreement between the scanner (TypeScript) and its kernel (AssemblyScript, which compiles this file as well):
// where things lie in the kernel's memory, in bytes, and what its numbers mean.

/** Fields of one record: for each slot where its value begins and how long it is, two words; 0 and 0 where absent. */
export const SLOTS_AT = 0x10000;
/** For each level and each length of key: the first entry of `KEYS_AT`, and how many there are, two words. */
export const KEY_INDEX_AT = 0x11000;
/** Keys are told apart by their length first; no key that is looked for is longer. */
export const MAX_KEY_LENGTH = 31;
/** Keys that are looked for: 32 bytes of text, then the slot, padded to `KEY_BYTES`. */
export const KEYS_AT = 0x13000;
export const KEY_BYTES = 40;
/** Services other than Lambda whose calls may be changes: `SOURCE_BYTES` each, see `writeCallTable`; a zero text ends them. */
export const SOURCES_AT = 0x15000;
/** Eight bytes of text, the first of its calls in `CALLS_AT`, and how many there are. */
export const SOURCE_BYTES = 16;
/** The first `CALL_BYTES` of what follows the quotation mark before a name: of a shorter name with the mark behind it. */
export const CALLS_AT = 0x16000;
export const CALL_BYTES = 8;
/** Hash table of tuples: hash and tuple + 1, two words each. */
export const TABLE_AT = 0x20000;
export const TABLE_MASK = 0x7fff;
/** Where the bytes of each tuple begin, one word each. */
export const TUPLES_AT = 0x60000;
export const MAX_TUPLES = 0x4000;
export const TUPLE_BYTES_AT = 0x80000;
export const TUPLE_BYTES_END = 0x480000;
/** A tuple longer than this is not kept: its record is read by the plain path. */
export const MAX_TUPLE_BYTES = 0x4000;
/** What the scan found. */
export const ROWS_AT = 0x480000;
export const ROW_WORDS = 16;
export const MAX_ROWS = 0x1000;
/** Log text, followed by at least 16 zero bytes. */
export const INPUT_AT = 0x4c0000;
export const INPUT_BYTES = 0x200000;
// All of it ends within the 109 pages of memory that build.mjs gives the kernel.

/** What a scan ends with: more text is needed from `position` on … */
export const STATUS_MORE = 0;
/** … the document has ended, and nothing but white space is behind it … */
export const STATUS_DONE = 1;
/** … the text is none that the kernel reads … */
export const STATUS_UNKNOWN = 2;
/** … or the rows have to be taken, or the tuples forgotten, before it can go on from `position`. */
export const STATUS_ROWS_FULL = 3;
export const STATUS_TUPLES_FULL = 4;

/** Words of a row. A record for the plain path has nothing but its number and place. */
export const ROW_KIND = 0;
export const ROW_TUPLE = 1;
/** The how-many-th of its document, from 1. */
export const ROW_RECORD = 2;
export const ROW_START = 3;
export const ROW_END = 4;
/** How `eventID` is given (`VALUE_…`), and then the four words of a UUID in lower case, or start and length. */
export const ROW_ID = 5;
/** How `eventTime` is given, and then seconds since 1970, or start and length. */
export const ROW_TIME = 10;
/** The name of the session, where the tuple's `userIdentity.arn` was cut before it: start and length, or twice 0. */
export const ROW_SESSION = 13;
/** 1 where no row before had this tuple. */
export const ROW_FIRST = 15;

export const KIND_PLAIN = 0;
export const KIND_CALL = 1;

export const VALUE_ABSENT = 0;
export const VALUE_PACKED = 1;
export const VALUE_TEXT = 2;

/** Objects whose keys are looked at. */
export const LEVEL_RECORD = 0;
export const LEVEL_IDENTITY = 1;
export const LEVEL_SESSION = 2;
export const LEVEL_ISSUER = 3;
export const LEVEL_PARAMETERS = 4;
export const LEVEL_ADDITIONAL = 5;

/** Slots for texts that are looked at but are not part of the tuple. */
export const SLOT_EVENT_SOURCE = 0;
export const SLOT_EVENT_ID = 1;
export const SLOT_EVENT_TIME = 2;
/** Of this only whether it is `anonymous` counts. */
export const SLOT_PRINCIPAL_ID = 3;
/** Of this only whether it is there counts. */
export const SLOT_ERROR_CODE = 4;
/** From here on: texts that are part of the tuple. */
export const FIRST_TUPLE_SLOT = 5;
export const SLOT_EVENT_NAME = 5;
export const SLOT_REGION = 6;
export const SLOT_RECIPIENT = 7;
export const SLOT_TYPE = 8;
export const SLOT_INVOKED_BY = 9;
export const SLOT_ARN = 10;
export const SLOT_ACCOUNT = 11;
export const SLOT_ISSUER_ARN = 12;
export const SLOT_FUNCTION_NAME = 13;
export const SLOT_QUALIFIER = 14;
export const SLOT_INVOCATION_TYPE = 15;
export const SLOT_SOURCE_ARN = 16;
export const SLOT_SOURCE_ACCOUNT = 17;
export const SLOT_VERSION = 18;
/** Only where the allowlist asks where calls come from. */
export const SLOT_ADDRESS = 19;
export const SLOT_ENDPOINT = 20;
/** Part of the tuple as it is written, whatever is in it. */
export const SLOT_RESOURCES = 21;
/** After the last slot of the tuple. */
export const TUPLE_SLOTS_END = 22;
/** From here on: objects that have a level of their own; the start is not 0 where the value is an object. */
export const SLOT_IDENTITY = 22;
export const SLOT_SESSION = 23;
export const SLOT_ISSUER = 24;
export const SLOT_PARAMETERS = 25;
export const SLOT_ADDITIONAL = 26;
export const SLOT_COUNT = 27;
