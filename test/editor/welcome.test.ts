/** What a view without entries says: why it is empty, with a button that leads on, whatever the reason. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { contributes } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  contributes: {
    viewsWelcome: readonly { view: string; when: string; contents: string }[];
    commands: readonly { command: string }[];
  };
};

type Keys = Readonly<Record<string, string | number | boolean>>;

/** Of clauses that are made of `key`, `!key`, `key == value` and `key != value`, joined by `&&`. */
function holds(when: string, keys: Keys): boolean {
  return when.split('&&').every(part => {
    const [, not, key = '', comparison, value = ''] =
      /^\s*(!?)([\w.]+)(?:\s*(==|!=)\s*([\w-]+))?\s*$/.exec(part) ?? assert.fail(`Not read: ${part}`);
    if (comparison === undefined) return (keys[key] === true) === (not === '');
    return (String(keys[key]) === value) === (comparison === '==');
  });
}

function shown(view: string, keys: Keys): string[] {
  return contributes.viewsWelcome
    .filter(each => each.view === view && holds(each.when, keys))
    .map(({ contents }) => contents);
}

const trusted = { workspaceFolderCount: 1, isWorkspaceTrusted: true };
const project = { ...trusted, 'promptforge.project': true };
const REASONS: Readonly<Record<string, Keys>> = {
  'no folder': { workspaceFolderCount: 0, isWorkspaceTrusted: true, 'promptforge.state': 'no-folder' },
  'no trust': { workspaceFolderCount: 1, isWorkspaceTrusted: false, 'promptforge.state': 'untrusted' },
  'not connected': { ...trusted, 'promptforge.state': 'not-connected' },
  'a broken promptforge.json': { ...trusted, 'promptforge.state': 'broken-project' },
  'no key': { ...project, 'promptforge.state': 'no-key' },
  'access refused': { ...project, 'promptforge.state': 'refused' },
  offline: { ...project, 'promptforge.state': 'offline' },
};
const connected = { ...project, 'promptforge.state': 'connected' };

describe('a view without entries', () => {
  for (const view of [
    'promptforge.prompts',
    'promptforge.history',
    'promptforge.promotions',
    'promptforge.environments',
  ])
    for (const [reason, keys] of Object.entries(REASONS))
      it(`shows in ${view} for "${reason}" one message, with a button`, () => {
        const [text, ...more] = shown(view, keys);
        assert.deepEqual(more, []);
        assert.match(text ?? 'nothing', /\n\[[^\]]+\]\(command:[\w.]+/);
      });

  for (const [view, list] of [
    ['promptforge.prompts', 'promptforge.promptList'],
    ['promptforge.promotions', 'promptforge.promotionList'],
  ] as const)
    it(`distinguishes in ${view} an empty list from one that failed, and shows nothing before it is loaded`, () => {
      assert.match(shown(view, { ...connected, [list]: 'listed' }).join(), /^(?:There are no|Nothing).*\n\[/);
      assert.match(shown(view, { ...connected, [list]: 'failed' }).join(), /^The .* could not be.*\n\[/);
      assert.deepEqual(shown(view, { ...connected, [list]: 'loading' }), []);
    });

  it('offers to change or clear a filter with no matches', () => {
    const keys = { ...connected, 'promptforge.promptList': 'listed', 'promptforge.filtered': true };
    const [text, ...more] = shown('promptforge.prompts', keys);
    assert.deepEqual(more, []);
    assert.match(text ?? '', /command:promptforge\.clearFilter/);
  });

  it('shows one message in promptforge.history, whatever is in front', () => {
    for (const [of, begins] of [
      ['none', /^Open a prompt/],
      ['draft', /^This prompt has no version/],
    ] as const) {
      const [text, ...more] = shown('promptforge.history', { ...connected, 'promptforge.historyOf': of });
      assert.deepEqual(more, []);
      assert.match(text ?? '', begins);
    }
    const filtered = { ...connected, 'promptforge.historyOf': 'prompt', 'promptforge.historyFiltered': true };
    assert.match(shown('promptforge.history', filtered).join(), /^No version by .*\n\[.*clearAuthorFilter/);
    assert.deepEqual(shown('promptforge.history', { ...connected, 'promptforge.historyOf': 'prompt' }), []);
  });

  it('has no button for a command that does not exist', () => {
    const commands = new Set(contributes.commands.map(({ command }) => command));
    for (const { contents } of contributes.viewsWelcome)
      for (const [, command = ''] of contents.matchAll(/\(command:(promptforge\.[\w.]+)/g))
        assert.ok(commands.has(command) || command.endsWith('.focus'), command);
  });
});
