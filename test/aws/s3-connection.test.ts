import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildS3Client, S3LogObjects } from '../../aws/s3-log-objects.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A stand-in for S3 that behaves as badly as the network does: it gives its answers one after the other. */
async function serve(...answers: readonly Answer[]): Promise<{ server: Server; ranges: string[] }> {
  const ranges: string[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? 'all');
    (left.length > 1 ? left.shift() : left[0])?.(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { server, ranges };
}

const slowDown: Answer = (_request, response) => {
  response.writeHead(503, { 'content-type': 'application/xml' });
  response.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
};
const whole: Answer = (_request, response) => {
  response.writeHead(200, { etag: '"one"', 'content-length': '14' }).end('{"Records":[]}');
};
const cutOff: Answer = (_request, response) => {
  response.writeHead(200, { etag: '"one"', 'content-length': '14' });
  response.write('{"Rec', () => response.destroy());
};
const rest: Answer = (_request, response) => {
  response.writeHead(206, { etag: '"one"', 'content-length': '9' }).end('ords":[]}');
};

describe('an object behind a bad connection', () => {
  const before = { ...process.env };
  let server: Server | undefined;

  beforeEach(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  });
  afterEach(() => {
    process.env = { ...before };
    server?.closeAllConnections();
    server?.close();
  });

  async function read(served: Awaited<ReturnType<typeof serve>>): Promise<string> {
    server = served.server;
    const { port } = server.address() as AddressInfo;
    const client = buildS3Client({ region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}` });
    const chunks: Uint8Array[] = [];
    const { signal } = new AbortController();
    for await (const chunk of new S3LogObjects(client).openObject('logs', 'a.json', signal)) {
      chunks.push(chunk);
    }
    client.destroy();
    return Buffer.concat(chunks).toString();
  }

  it('comes through where S3 asks for fewer requests and then answers', async () => {
    const served = await serve(slowDown, slowDown, whole);
    expect(await read(served)).toBe('{"Records":[]}');
    expect(served.ranges).toHaveLength(3);
  });

  it('comes through where the connection breaks in the middle: only the rest is asked for', async () => {
    const served = await serve(cutOff, rest);
    expect(await read(served)).toBe('{"Records":[]}');
    expect(served.ranges).toEqual(['all', 'bytes=5-']);
  });
});
