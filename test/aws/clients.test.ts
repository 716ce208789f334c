import { createServer } from 'node:net';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { buildClients } from '../../aws/clients.ts';

describe('buildClients', () => {
  it('paces itself, gives up in time, and talks to the endpoint that it is told', async () => {
    const clients = buildClients({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:4599' });
    for (const client of Object.values(clients)) {
      expect(await client.config.region()).toBe('eu-west-1');
      expect(await client.config.maxAttempts()).toBe(4);
      expect(await (await client.config.endpoint!()).port).toBe(4599);
      client.destroy();
    }
  });

  it('takes an empty endpoint for none', () => {
    const clients = buildClients({ region: 'eu-west-1', endpoint: '' });
    expect(clients.lambda.config.endpoint).toBeUndefined();
  });

  it('tries a server that hangs up four times', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { dynamodb } = buildClients({ region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}` });
    dynamodb.config.credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });
    await expect(dynamodb.send(new ListTablesCommand({}))).rejects.toThrow(
      /socket hang up|ECONNRESET|closed/,
    );
    expect(connections).toBe(4);
    dynamodb.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});
