import type { Alert } from '../core/alert/alert.ts';
import { isJsonObject } from '../core/json.ts';

/** SNS takes 256 KiB a message; what is left over is for the subject and the attributes. */
const MAX_MESSAGE_BYTES = 262_144 - 8_192;
/** The readable text never gets shorter than this: it begins with who called what and what was done. */
const MIN_TEXT_CHARACTERS = 4_000;
const MAX_FIELD_CHARACTERS = 1_000;
/** Sentences on what is not stopped are key facts; lists of anything else are not. */
const MAX_SENTENCES = 50;

/**
 * Composes the message of an alert for SNS, one text for each protocol: people get the readable text (e-mail) or its
 * headline (SMS), and everything else gets the JSON, which is the default so that it is sent once and not once for
 * each protocol.
 *
 * A message that is too long loses text from its end, with a sentence that says so; then the JSON loses its policy
 * statements and the ends of its longest fields, and names what it lost under `shortened`.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (MessageStructure)
 */
export function composeSnsMessage(alert: Alert): string {
  const whole = joinProtocols(alert, alert.text, alert.event);
  const excess = Buffer.byteLength(whole) - MAX_MESSAGE_BYTES;
  if (excess <= 0) return whole;
  const brief = joinProtocols(alert, cutText(alert.text, MIN_TEXT_CHARACTERS), alert.event);
  const room = MAX_MESSAGE_BYTES - Buffer.byteLength(brief);
  if (room >= 0) {
    // A character takes at most six bytes once it is escaped (`\u0000`), twice that inside JSON it is not.
    return joinProtocols(alert, cutText(alert.text, MIN_TEXT_CHARACTERS + Math.floor(room / 6)), alert.event);
  }
  return joinProtocols(alert, cutText(alert.text, MIN_TEXT_CHARACTERS), shortenEvent(alert.event));
}

function joinProtocols(alert: Alert, text: string, event: unknown): string {
  return JSON.stringify({ default: JSON.stringify(event), email: text, sms: alert.subject });
}

function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  // Half of a surrogate pair is no character.
  const kept = text.slice(0, characters).replace(/[\ud800-\udbff]$/, '');
  return `${kept}\n\nThis message was cut here, because SNS takes 256 KB: the ledger and the function's log have the rest.\n`;
}

function shortenEvent(event: Alert['event']): unknown {
  const shortened: string[] = [];
  const shorten = (value: unknown, path: string): unknown => {
    if (typeof value === 'string' && value.length > MAX_FIELD_CHARACTERS) {
      shortened.push(path);
      return `${value.slice(0, MAX_FIELD_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}...`;
    }
    if (Array.isArray(value)) {
      if (value.every((item) => typeof item === 'string') && value.length <= MAX_SENTENCES) {
        return value.map((item, index) => shorten(item, `${path}/${index}`));
      }
      shortened.push(path);
      return [];
    }
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, shorten(item, `${path}/${key}`)]),
    );
  };
  const short = shorten(event, '');
  return isJsonObject(short) ? { ...short, shortened } : short;
}
