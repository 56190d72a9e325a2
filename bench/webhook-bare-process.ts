/** The yardstick of `bench webhook`: the least that takes a delivery in safely. HMAC, one INSERT, 200. */
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';

const [databaseUrl = '', key = '', connections = '10'] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: Number(connections) });

/** The columns and indexes of `webhook_deliveries`; the owner's are constants. */
await pool.query(`create table bare_deliveries (
  like webhook_deliveries including defaults including constraints including indexes)`);
const owner = await pool.query<{ workspace_id: string; id: string }>(
  'select workspace_id, id from calendly_connections',
);
const [connection] = owner.rows;
const INSERT = `insert into bare_deliveries (workspace_id, id, connection_id, body, body_sha256, headers,
    received_at, signed_at, next_try_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $7)`;

const server = createServer((request, response) => {
  takeIn(request).then(
    (status) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{"received":true}');
    },
    () => response.writeHead(503).end(),
  );
});

async function takeIn(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const header = String(request.headers['calendly-webhook-signature']);
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const mac = createHmac('sha256', key).update(`${t}.`).update(body).digest();
  if (!timingSafeEqual(mac, Buffer.from(v1, 'hex'))) return 401;
  const now = new Date();
  await pool.query({
    name: 'insert',
    text: INSERT,
    values: [
      connection?.workspace_id,
      randomUUID(),
      connection?.id,
      body,
      createHash('sha256').update(body).digest(),
      JSON.stringify({ 'content-type': request.headers['content-type'] }),
      now,
      new Date(Number(t) * 1000),
    ],
  });
  return 200;
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
// its input ends with the process that started it, however that ends
process.stdin.resume().once('end', () => process.exit(0));
