/** URLs of a database on several hosts, as libpq reads them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Client } from 'pg';
import { DatabaseProblem } from '../../src/registry/database-problem.ts';
import { parseDatabaseUrl } from '../../src/registry/store/postgres/address.ts';
import { runs } from '../runs.ts';

/** Where `pg` would connect. */
function placesOf(url: string): string[] {
  return parseDatabaseUrl(url).servers.map(config => {
    const { host, port, database, user, password } = new Client(config);
    return `${user}:${password}@${host}:${port}/${database}`;
  });
}

describe('the URL of a database', () => {
  it('may name several hosts, each with a port of its own or the usual one', () => {
    assert.deepEqual(placesOf('postgres://u:p@a,b:5433,[::1]:5434/db'), [
      'u:p@a:5432/db',
      'u:p@b:5433/db',
      'u:p@::1:5434/db',
    ]);
  });

  it('may name hosts and ports as parameters', () => {
    assert.deepEqual(placesOf('postgres:///db?user=u&password=p&host=a,b&port=5433,5434'), [
      'u:p@a:5433/db',
      'u:p@b:5434/db',
    ]);
    assert.deepEqual(placesOf('postgres:///db?user=u&password=p&host=a,b&port=5433'), [
      'u:p@a:5433/db',
      'u:p@b:5433/db',
    ]);
  });

  it('is one URL for each host, whatever user, password and parameters are', () => {
    const host = fc.record({
      name: fc.domain(),
      port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    });
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter(text => text.isWellFormed());
    fc.assert(
      fc.property(
        fc.array(host, { minLength: 1, maxLength: 16 }),
        ...[word, word, fc.stringMatching(/^[a-z]\w{0,20}$/)],
        (hosts, user, password, database) => {
          const authority = hosts
            .map(({ name, port }) => (port === undefined ? name : `${name}:${port}`))
            .join();
          const [u, p] = [user, password].map(encodeURIComponent);
          const url = `postgres://${u}:${p}@${authority}/${database}?target_session_attrs=primary&sslmode=disable`;
          const { servers, target, shown } = parseDatabaseUrl(url);
          assert.equal(target, 'primary');
          assert.deepEqual(
            servers.map(config => {
              const { host, port, user, password, database } = new Client(config);
              return { host, port, user, password, database };
            }),
            hosts.map(({ name, port = 5432 }) => ({ host: name, port, user, password, database })),
          );
          assert.ok(!shown.includes(`:${p}@`), shown);
          assert.equal(shown.split('@').length, 2);
        },
      ),
      { numRuns: runs(1000, 100) },
    );
  });

  it('asks for the server that takes writes where there are several, unless it says otherwise', () => {
    assert.equal(parseDatabaseUrl('postgres://u@a,b/db').target, 'read-write');
    assert.equal(parseDatabaseUrl('postgres://u@a/db').target, 'any');
    assert.equal(parseDatabaseUrl('postgres://u@a,b/db?target_session_attrs=any').target, 'any');
  });

  for (const [what, url, message] of [
    ['no host between commas', 'postgres://u:secret@a,,b/db', /hosts and ports that do not fit together/],
    ['no host before a port', 'postgres://u:secret@a,:5432/db', /hosts and ports that do not fit together/],
    [
      'fewer ports than hosts',
      'postgres:///db?host=a,b,c&port=1,2',
      /one port for each host, or one for all/,
    ],
    ['a port that is none', 'postgres://u:secret@a:1,b:x/db', /is not a URL of PostgreSQL/],
    ['another kind of server', 'postgres://u:secret@a,b/db?target_session_attrs=writable', /read-write/],
    ['too many hosts', `postgres://u:secret@${Array(17).fill('a')}/db`, /17 hosts.* 16 at most/],
    ['no database', 'postgres://u:secret@a,b', /names no database/],
  ] as const)
    it(`is refused with ${what}, without its password`, () => {
      assert.throws(
        () => parseDatabaseUrl(url),
        error => {
          assert.ok(DatabaseProblem.is(error, 'invalid_url'));
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
});
