/** What the command says where PostgreSQL does not let it in: a sentence, soon, whatever the server asks for. */
import assert from 'node:assert/strict';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { inProcess } from '../cli/in-process.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const NOBODY = 65_534;
/** By user: how the server lets each in. */
const METHODS = {
  with_scram: 'host all with_scram 127.0.0.1/32 scram-sha-256',
  with_md5: 'host all with_md5 127.0.0.1/32 md5',
  with_password: 'host all with_password 127.0.0.1/32 password',
  trusted: 'host all trusted 127.0.0.1/32 trust',
  as_peer: 'local all as_peer peer',
  rejected: 'host all rejected 127.0.0.1/32 reject',
  with_tls: 'hostssl all with_tls 127.0.0.1/32 scram-sha-256',
} as const;
const PASSWORD = 'Right-1';

describe('promptforge on a database that does not let it in', () => {
  let folder: TemporaryFolder;
  let server: PostgresServer;
  let port = '';
  const sockets = new Set<Socket>();
  const listening: Server[] = [];
  before(async () => {
    folder = await temporaryFolder();
    const hba = join(folder.path, 'pg_hba.conf');
    const superuser = 'host all postgres 127.0.0.1/32 trust';
    await writeFile(hba, `${[superuser, ...Object.values(METHODS)].join('\n')}\n`);
    if (process.getuid?.() === 0) for (const path of [folder.path, hba]) await chown(path, NOBODY, NOBODY);
    await chmod(folder.path, 0o755);
    server = await startPostgres({ settings: { hba_file: hba, unix_socket_directories: folder.path } });
    port = new URL(server.url('postgres')).port;
    const client = new Client({ connectionString: server.url('postgres') });
    await client.connect();
    for (const user of Object.keys(METHODS)) {
      const encryption = user === 'with_md5' ? 'md5' : 'scram-sha-256';
      await client.query(`SET password_encryption = '${encryption}'`);
      await client.query(`CREATE ROLE ${user} LOGIN SUPERUSER PASSWORD '${PASSWORD}'`);
    }
    await client.end();
  });
  after(async () => {
    for (const each of listening) each.close();
    for (const socket of sockets) socket.destroy();
    await server?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const url = (user: string, password = '', query = '') =>
    `postgres://${user}${password === '' ? '' : `:${password}`}@127.0.0.1:${port}/postgres${query}`;
  const run = (args: readonly string[], database: string) => inProcess([...args, '--database', database]);
  const refused = async (args: readonly string[], database: string, sentence: RegExp) => {
    const { code, stdout, stderr } = await run(args, database);
    assert.equal(code, 4, `${args.join(' ')}: ${stdout}${stderr}`);
    assert.match(stderr, sentence);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.ok(!stderr.includes('Wrong-1') && !stderr.includes(PASSWORD), stderr);
  };
  /** Takes connections and answers with what `say` gives; nothing where it gives nothing. */
  const answering = async (say: (socket: Socket) => void): Promise<string> => {
    const stand = createServer(socket => {
      sockets.add(socket);
      socket.on('error', () => {});
      say(socket);
    });
    listening.push(stand);
    await new Promise<void>(resolve => stand.listen(0, '127.0.0.1', resolve));
    const address = stand.address();
    return `postgres://somebody@127.0.0.1:${typeof address === 'object' ? address?.port : ''}/postgres`;
  };

  const LIST = ['keys', 'list'];
  for (const user of ['with_scram', 'with_md5', 'with_password'] as const) {
    it(`${user}: says that a password is asked for, and that one is wrong`, async () => {
      await refused(LIST, url(user), /(asks for a password|No password is in the URL).*PGPASSWORD.*\.pgpass/);
      await refused(
        LIST,
        url(user, 'Wrong-1'),
        /refuses this user: password authentication failed .*Check user and password/,
      );
      assert.match((await run(LIST, url(user, PASSWORD))).stderr, /This database is empty/);
    });
  }
  it('says so with every command that opens a database', async () => {
    const key = join(folder.path, 'key.pem');
    for (const args of [
      ['migrate'],
      ['serve', '--port', '0', '--registry-key', key],
      ['keys', 'create', '--environment', 'development', '--role', 'admin', '--actor', 'mara'],
      ['keys', 'revoke', 'abcdefghijkl'],
      ['keys', 'rotate', 'abcdefghijkl'],
      ['environments', 'list'],
      ['environments', 'set', 'production', '--approvals', '1'],
      ['webhooks', 'list'],
      ['webhooks', 'remove', 'one'],
      ['verify'],
      ['export'],
      ['live', 'support/triage', '--environment', 'production'],
    ])
      await refused(args, url('with_scram'), /asks for a password/);
    for (const [from, to] of [
      [url('with_scram'), join(folder.path, 'copy')],
      [url('with_scram'), url('with_scram')],
    ] as const) {
      const { code, stderr } = await inProcess(['copy', '--from', from, '--to', to]);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /asks for a password/);
    }
  });
  it('says what the server has against the user, the address or the lack of TLS', async () => {
    await refused(LIST, url('rejected'), /refuses this user: pg_hba\.conf rejects/);
    await refused(LIST, url('nobody_there'), /refuses this user: no pg_hba\.conf entry/);
    await refused(LIST, url('with_tls', PASSWORD), /refuses this user: .*no encryption.*sslmode/);
    await refused(LIST, url('with_scram', PASSWORD, '?sslmode=verify-full'), /speaks no TLS/);
    const peer = `postgres:///postgres?host=${encodeURIComponent(folder.path)}&port=${port}&user=as_peer`;
    await refused(LIST, peer, /refuses this user: .*[Pp]eer authentication failed/);
    assert.match((await run(LIST, url('trusted'))).stderr, /This database is empty/);
  });
  it('says that nothing answers, within seconds', async () => {
    await refused(LIST, await answering(() => {}), /cannot be reached: .*not answer/);
    await refused(
      LIST,
      await answering(socket => socket.destroy()),
      /cannot be reached: it closed the connection/,
    );
    await refused(
      LIST,
      await answering(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      /cannot be reached/,
    );
    // It asks for a password, and never says whether that was right.
    const asks = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
    await refused(LIST, await answering(socket => socket.write(asks)), /cannot be reached: .*not answer/);
    const silent = await answering(socket => socket.write(asks));
    await refused(LIST, silent.replace('somebody@', 'somebody:Wrong-1@'), /cannot be reached: .*not answer/);
    await refused(LIST, 'postgres://somebody@127.0.0.1:1/postgres', /nothing listens there/);
    await refused(LIST, 'postgres://somebody@no-such-host.invalid/postgres', /cannot be reached: .*host/);
  });
});
