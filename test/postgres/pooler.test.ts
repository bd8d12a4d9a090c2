/** A pooler that refuses what every connection of ours asks for, as PgBouncer does unless it is told to ignore it. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { openDatabase } from '../../src/registry/database.ts';

/** An ErrorResponse of PostgreSQL's protocol 3.0. */
function refusal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + fields.length);
  return Buffer.concat([Buffer.from('E'), length, fields]);
}

it('a pooler that refuses a startup parameter is told of with what to do', async () => {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(refusal('unsupported startup parameter: statement_timeout')));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await assert.rejects(openDatabase(`postgres://me:Tell-no-1@127.0.0.1:${port}/prompts`), error => {
      const { code, message } = error as { code: string; message: string } & Error;
      assert.equal(code, 'unreachable');
      assert.match(message, /pooler .* refuses the parameter "statement_timeout"\. Connect to the database/);
      assert.ok(!message.includes('Tell-no-1'));
      return true;
    });
  } finally {
    await new Promise(resolve => server.close(resolve));
  }
});
