import assert from 'node:assert/strict';
import { InputDrafts } from '../../src/editor/asking/drafts.ts';
import { Trials } from '../../src/editor/preview/trials.ts';
import { windowMemory } from './window-memory.ts';

const ONE = { name: 'One', input: { a: 1 } };
const TWO = { name: 'Two', input: { a: 2 } };

describe('the input of a preview', () => {
  let trials: Trials;
  beforeEach(() => {
    trials = new Trials();
    trials.goTo('file:///a.prompt');
  });
  const current = () => {
    const { sample, input, isEdited } = trials.current;
    return [sample, input, isEdited];
  };

  it('is the first sample, or only the defaults without samples', () => {
    trials.read([], false);
    assert.deepEqual(current(), [null, {}, false]);
    trials.goTo('file:///b.prompt');
    trials.read([ONE, TWO], false);
    assert.deepEqual(current(), ['One', { a: 1 }, false]);
  });

  it('is the chosen sample, or nothing for a sample that does not exist', () => {
    trials.read([ONE, TWO], false);
    trials.choose('Two');
    assert.deepEqual(current(), ['Two', { a: 2 }, false]);
    trials.choose('Three');
    assert.deepEqual(current(), ['Two', { a: 2 }, false]);
    trials.choose(null);
    assert.deepEqual(current(), [null, {}, false]);
  });

  it('counts as edited while it differs from its sample', () => {
    trials.read([ONE], false);
    trials.edit({ a: 7 });
    assert.deepEqual(current(), ['One', { a: 7 }, true]);
    trials.edit({ a: 1 });
    assert.deepEqual(current(), ['One', { a: 1 }, false]);
  });

  it('follows its sample until it is edited', () => {
    trials.read([ONE], false);
    trials.read([{ name: 'One', input: { a: 9 } }], false);
    assert.deepEqual(current(), ['One', { a: 9 }, false]);
    trials.edit({ a: 7 });
    trials.read([ONE], false);
    assert.deepEqual(current(), ['One', { a: 7 }, true]);
  });

  it('survives the removal of its sample only if it was edited', () => {
    trials.read([ONE, TWO], false);
    trials.read([TWO], false);
    assert.deepEqual(current(), ['Two', { a: 2 }, false]);
    trials.edit({ a: 7 });
    trials.read([ONE], false);
    assert.deepEqual(current(), [null, { a: 7 }, true]);
  });

  it('stays the same while the samples file has errors', () => {
    trials.read([ONE, TWO], false);
    trials.choose('Two');
    trials.read([], true);
    assert.deepEqual(current(), ['Two', { a: 2 }, false]);
    assert.deepEqual(trials.samples, [ONE, TWO]);
    trials.read([ONE, TWO], false);
    assert.deepEqual(current(), ['Two', { a: 2 }, false]);
  });

  it('is kept per prompt', () => {
    trials.read([ONE], false);
    trials.edit({ a: 7 });
    trials.goTo('file:///b.prompt');
    trials.read([TWO], false);
    trials.goTo('file:///a.prompt');
    trials.read([ONE], false);
    assert.deepEqual(current(), ['One', { a: 7 }, true]);
  });

  it('is restored from an earlier window once the samples are read', () => {
    trials.restore('file:///a.prompt', 'Two', null);
    trials.read([ONE, TWO], false);
    assert.deepEqual(current(), ['Two', { a: 2 }, false]);
    trials.choose('One');
    trials.read([ONE, TWO], false);
    assert.deepEqual(current(), ['One', { a: 1 }, false]);
    for (const [uri, sample, input, expected] of [
      ['file:///b.prompt', null, null, [null, {}, false]],
      ['file:///c.prompt', 'Gone', null, ['One', { a: 1 }, false]],
      ['file:///d.prompt', 'Two', { a: 7 }, ['Two', { a: 7 }, true]],
      ['file:///e.prompt', 'Gone', { a: 7 }, [null, { a: 7 }, true]],
    ] as const) {
      trials.restore(uri, sample, input);
      trials.goTo(uri);
      trials.read([ONE, TWO], false);
      assert.deepEqual(current(), expected, uri);
    }
  });

  it('stays a custom input in the next window, until a sample is chosen', async () => {
    const window = windowMemory();
    const drafts = new InputDrafts(window);
    trials = new Trials(drafts);
    trials.goTo('file:///a.prompt');
    trials.read([ONE, TWO], false);
    trials.edit({ a: 'mine' });
    trials.goTo('file:///b.prompt');
    trials.read([ONE], false);
    await drafts.write();

    const reloaded = new InputDrafts(window);
    trials = new Trials(reloaded);
    trials.goTo('file:///b.prompt');
    trials.read([ONE], false);
    assert.deepEqual(current(), ['One', { a: 1 }, false]);
    trials.goTo('file:///a.prompt');
    trials.read([ONE, TWO], false);
    assert.deepEqual(current(), ['One', { a: 'mine' }, true]);
    trials.choose('Two');
    assert.equal(reloaded.of('file:///a.prompt'), undefined);
  });

  it('falls back to a sample when the stored input is invalid', () => {
    for (const text of ['{"sample":"One","inp', '7', 'null', '{"input":[1]}', '{"sample":7}']) {
      trials = new Trials({ of: () => text, keep: () => undefined });
      trials.goTo('file:///a.prompt');
      trials.read([ONE], false);
      assert.deepEqual(current(), ['One', { a: 1 }, false]);
    }
  });
});
