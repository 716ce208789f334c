const SUBJECT_CHARACTERS = 100;

/**
 * Composes the subject line of an alert.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (Subject: ASCII, one line, at most 100 characters)
 */
export function composeSubject(headline: string, functionName: string): string {
  const subject = `Invokeguard: ${headline}: ${functionName}`.replaceAll(/[^\x20-\x7e]/g, '?');
  return subject.length <= SUBJECT_CHARACTERS ? subject : `${subject.slice(0, SUBJECT_CHARACTERS - 3)}...`;
}
