/** Edits of comments that have not reached the registry. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { withEdits } from '../../src/editor/promotions/threads.ts';
import { type UnsentEdit, UnsentEdits } from '../../src/editor/promotions/unsent-edits.ts';
import { windowMemory } from './window-memory.ts';

const EDIT: UnsentEdit = {
  registry: 'https://prompts.example.com',
  prompt: parsePromptName('support/triage'),
  promotion: '17',
  version: parseVersionNumber(12),
  line: 3,
  comment: '4720',
  actor: 'tomas.berg',
  at: '2026-09-12T10:00:00.000Z',
  before: 'Soft',
  text: 'Too soft',
};
const OTHER_REGISTRY = { ...EDIT, registry: 'https://other.example.com' };

describe('unsent edits of comments', () => {
  it('survive a reload until they are removed, one for each comment', () => {
    const window = windowMemory();
    const before = new UnsentEdits(window);
    before.keep(EDIT);
    before.keep({ ...EDIT, text: 'Far too soft' });
    before.keep({ ...EDIT, comment: '4721', line: null });
    before.keep(OTHER_REGISTRY);
    const after = new UnsentEdits(window);
    assert.equal(after.find(EDIT.registry, '4720')?.text, 'Far too soft');
    assert.equal(after.find(OTHER_REGISTRY.registry, '4720')?.text, 'Too soft');
    assert.equal(after.find(EDIT.registry, '9'), undefined);
    assert.deepEqual(
      after.of(EDIT.registry).map(({ comment }) => comment),
      ['4720', '4721'],
    );
    after.forget(EDIT);
    assert.deepEqual(new UnsentEdits(window).of(EDIT.registry).length, 1);
    assert.deepEqual(new UnsentEdits(window).of(OTHER_REGISTRY.registry).length, 1);
  });

  it('are removed when the registry has them, even if its answer was lost', () => {
    const edits = new UnsentEdits(windowMemory());
    edits.keep(EDIT);
    edits.keep(OTHER_REGISTRY);
    edits.forgetArrived(EDIT.registry, [
      { id: '4720', text: 'As it was' },
      { id: '4721', text: 'Too soft' },
    ]);
    assert.equal(edits.of(EDIT.registry).length, 1);
    edits.forgetArrived(EDIT.registry, [{ id: '4720', text: 'Too soft\n' }]);
    assert.deepEqual(edits.of(EDIT.registry), []);
    assert.equal(edits.of(OTHER_REGISTRY.registry).length, 1);
  });

  it('are limited to a hundred, and to 400,000 characters', () => {
    const many = new UnsentEdits(windowMemory());
    for (let id = 1; id <= 120; id++) many.keep({ ...EDIT, comment: `${id}` });
    assert.equal(many.of(EDIT.registry).length, 100);
    const long = new UnsentEdits(windowMemory());
    for (let id = 1; id <= 5; id++) long.keep({ ...EDIT, comment: `${id}`, text: 'x'.repeat(150_000) });
    assert.deepEqual(
      long.of(EDIT.registry).map(({ comment }) => comment),
      ['4', '5'],
    );
  });

  it('ignore stored state of other extension versions', () => {
    const bad = [
      null,
      7,
      {},
      { ...EDIT, comment: '../1' },
      { ...EDIT, text: 7 },
      { ...EDIT, line: 0 },
      { ...EDIT, promotion: 'x' },
    ];
    for (const kept of [null, 'x', {}, bad]) {
      const window = windowMemory({ 'promptforge.unsentEdits': kept });
      assert.deepEqual(new UnsentEdits(window).of(EDIT.registry), []);
    }
  });

  it("are shown at their comment's place, even while the registry does not return it", () => {
    const comment = { id: '4720', actor: 'tomas.berg', at: EDIT.at, text: 'Soft', promotion: '17' };
    const other = { ...comment, id: '4719', actor: 'ada', text: 'Why?' };
    const at = { version: EDIT.version, line: 3 };
    assert.deepEqual(withEdits([], [EDIT]), [{ ...at, comments: [comment] }]);
    assert.deepEqual(withEdits([{ ...at, comments: [other] }], [EDIT]), [
      { ...at, comments: [other, comment] },
    ]);
    const known = [{ ...at, comments: [{ ...comment, text: 'Softer' }] }];
    assert.deepEqual(withEdits(known, [EDIT]), known);
  });

  it("are sent by the first button, which the field's keyboard shortcut presses", () => {
    const { contributes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const [first, second] = contributes.menus['comments/comment/context'];
    assert.deepEqual(
      [first, second].map(({ command, group }) => [command, group]),
      [
        ['promptforge.sendEditedComment', 'inline@1'],
        ['promptforge.cancelCommentEdit', 'inline@2'],
      ],
    );
  });
});
