import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { Problem } from '../../src/core/problem.ts';
import { keysInVariables, keyVariable } from '../../src/keys/variables.ts';

const keyOf = (environment: string) => makeKey(parseEnvironmentName(environment), randomBytes).key;

describe('keys in variables', () => {
  const names = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,12}$/).map(parseEnvironmentName);

  it('are found under the name of their environment, which no two environments share', () => {
    fc.assert(
      fc.property(fc.uniqueArray(names, { maxLength: 5 }), environments => {
        const variables = Object.fromEntries(
          environments.map(each => [keyVariable(each), ` ${keyOf(each)}\n`]),
        );
        assert.equal(Object.keys(variables).length, environments.length);
        const found = keysInVariables({ PROMPTFORGE_KEY_EMPTY: ' ', PROMPTFORGE_DATA: '/x', ...variables });
        assert.deepEqual([...found.keys()].sort(), [...environments].sort());
        for (const [environment, { key, variable }] of found)
          assert.deepEqual([variable, key], [keyVariable(environment), variables[variable]?.trim()]);
      }),
    );
  });

  it('give way to the variable of their environment where they are in PROMPTFORGE_KEY', () => {
    const [one, other] = [keyOf('staging'), keyOf('staging')];
    const both = keysInVariables({ PROMPTFORGE_KEY_STAGING: one, PROMPTFORGE_KEY: other });
    assert.deepEqual([...both.values()], [{ key: one, variable: 'PROMPTFORGE_KEY_STAGING' }]);
    const alone = keysInVariables({ PROMPTFORGE_KEY: other });
    assert.deepEqual([...alone.values()], [{ key: other, variable: 'PROMPTFORGE_KEY' }]);
  });

  it('are refused by the name of the variable alone where they are none, or of another environment', () => {
    for (const [value, code] of [
      [keyOf('production'), 'wrong_environment'],
      ['hunter2', 'key_malformed'],
      [`${keyOf('staging').slice(0, -1)}!`, 'key_malformed'],
    ] as const)
      assert.throws(
        () => keysInVariables({ PROMPTFORGE_KEY_STAGING: value }),
        error =>
          Problem.is(error, code) &&
          error.message.includes('PROMPTFORGE_KEY_STAGING') &&
          !error.message.includes(value),
      );
  });
});
