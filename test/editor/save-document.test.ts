/** Saving a document while Auto Save may do so too; the documents are made here, since a real race comes too seldom. */
import assert from 'node:assert/strict';
import type { TextDocument } from 'vscode';
import { saveDocument } from '../../src/editor/work/save-document.ts';

describe('saving a document', () => {
  it('succeeds when something else saved it, before or in the meantime', async () => {
    const clean = { isDirty: false, save: () => assert.fail('nothing to save') };
    assert.equal(await saveDocument(clean as unknown as TextDocument), true);
    const raced = {
      isDirty: true,
      async save() {
        this.isDirty = false;
        return false;
      },
    };
    assert.equal(await saveDocument(raced as unknown as TextDocument), true);
    const stillAtIt = {
      isDirty: true,
      async save() {
        setImmediate(() => (this.isDirty = false));
        return false;
      },
    };
    assert.equal(await saveDocument(stillAtIt as unknown as TextDocument), true);
  });

  it('fails when it is still unsaved afterwards', async () => {
    const refused = { isDirty: true, save: async () => false };
    assert.equal(await saveDocument(refused as unknown as TextDocument, 0), false);
  });
});
