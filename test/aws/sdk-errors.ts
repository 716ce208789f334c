/** An error as the SDK throws it: a name, and the HTTP status where AWS answered at all. */
export function composeSdkError(name: string, status?: number): Error {
  const error = new Error(`what AWS said about ${name}`);
  error.name = name;
  return Object.assign(error, { $metadata: status === undefined ? {} : { httpStatusCode: status } });
}
