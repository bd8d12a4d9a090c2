/** The command on a database: named by an option or by the environment, and its password is never shown. */
import assert from 'node:assert/strict';
import { type Outcome, promptforge, type Surroundings } from '../cli/promptforge.ts';
import { call, serve } from '../cli/serving.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aDatabase, type DatabaseForTest } from './a-database.ts';

const KEY = ['keys', 'create', '--environment', 'development', '--role', 'admin', '--actor', 'mara'];

const PASSWORD = 'Tell-no-1';

describe('promptforge on a database', () => {
  let folder: TemporaryFolder;
  let database: DatabaseForTest;
  const said: string[] = [];
  const run = async (args: readonly string[], surroundings?: Surroundings): Promise<Outcome> => {
    const outcome = await promptforge(args, surroundings);
    said.push(outcome.stdout, outcome.stderr);
    return outcome;
  };
  before(async () => {
    await using any = await aDatabase();
    await any.sql(`CREATE ROLE somebody LOGIN SUPERUSER PASSWORD '${PASSWORD}'`);
  });
  beforeEach(async () => {
    said.length = 0;
    [folder, database] = await Promise.all([temporaryFolder(), aDatabase()]);
    database = { ...database, url: database.url.replace('postgres:postgres@', `somebody:${PASSWORD}@`) };
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    for (const text of said) assert.ok(!/T[ae]ll-no-1/.test(text), text);
  });

  it('makes its schema, hands out keys, serves it, and takes it to a folder', async () => {
    const inEnvironment = { env: { PROMPTFORGE_DATABASE: database.url } };
    const migrated = await run(['migrate'], inEnvironment);
    assert.match(
      migrated.stdout,
      /^postgres:\/\/somebody@127\.0\.0\.1:\d+\/test_\d+: created schema \d+\.\n$/,
    );
    const { stdout: key, code } = await run([...KEY, '--database', database.url]);
    assert.equal(code, 0);
    const keyFile = `${folder.path}/key.pem`;
    const serving = await serve('--database', database.url, '--registry-key', keyFile);
    try {
      const published = await call(`${serving.url}/v1/prompts/first/-/versions`, key.trim(), {
        source: 'Hello',
        message: '',
        base: null,
      });
      assert.equal(published.status, 201);
    } finally {
      const { stdout, stderr } = await serving.stop();
      said.push(stdout, stderr);
    }
    assert.match(String(serving.log()[0]?.['database']), /^postgres:\/\/somebody@127/);
    const copied = await run(['copy', '--to', `${folder.path}/copy`], {
      env: { PROMPTFORGE_COPY_FROM: database.url },
    });
    assert.match(copied.stdout, /^Copied \d+ events to .*copy, and verified them\./);
    const listed = await run(['keys', 'list', '--data', `${folder.path}/copy`], inEnvironment);
    assert.match(listed.stdout, /mara/, '--data on the command line goes before the environment');
  });
  it('says what is wrong with the way it was named', async () => {
    const both = await run(['keys', 'list', '--data', folder.path, '--database', database.url]);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--data and --database cannot be combined/);
    const env = { PROMPTFORGE_DATABASE: database.url, PROMPTFORGE_DATA: folder.path };
    const inBoth = await run(['keys', 'list'], { env });
    assert.equal(inBoth.code, 2);
    assert.match(inBoth.stderr, /Both PROMPTFORGE_DATA and PROMPTFORGE_DATABASE/);
    const wrong = await run(['environments', 'list', '--database', database.url.replace('Tell', 'Tall')]);
    assert.equal(wrong.code, 4);
    assert.match(wrong.stderr, /refuses this user.*Check user and password/);
    const none = await run(['migrate', '--database', `mysql://somebody:${PASSWORD}@host/database`]);
    assert.equal(none.code, 4);
    assert.match(none.stderr, /not a URL of PostgreSQL/);
  });
  it('shows no password, neither where it succeeds nor where it fails', async () => {
    const migrated = await run(['migrate', '--database', database.url]);
    assert.equal(migrated.code, 0);
    const elsewhere = database.url.replace(/\/test_\d+$/, '/nowhere');
    assert.equal((await run(['migrate', '--database', elsewhere])).code, 4);
    const all = said.join('');
    assert.ok(all.includes('somebody') && !all.includes(PASSWORD), all);
  });
});
