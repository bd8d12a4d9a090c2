import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readMetadata } from '../../src/core/render.ts';
import { declaredTools } from '../../src/core/tools.ts';

describe('the tools of a prompt', () => {
  it('have JSON Schema, however they are declared', async () => {
    const source = `---
tools: [lookup, known]
toolDefs:
  - name: lookup
    description: Finds an order
    inputSchema:
      id: string, the order's number
      since?: integer
    outputSchema:
      type: object
      properties: { total: { type: number } }
  - name: other
---
x`;
    const { tools } = await readMetadata(source, 'a');
    assert.deepEqual(tools, [
      {
        name: 'lookup',
        description: 'Finds an order',
        inputSchema: {
          type: 'object',
          properties: {
            id: { type: 'string', description: "the order's number" },
            since: { type: ['integer', 'null'] },
          },
          required: ['id'],
          additionalProperties: false,
        },
        outputSchema: { type: 'object', properties: { total: { type: 'number' } } },
      },
      { name: 'known' },
      { name: 'other' },
    ]);
  });

  it('are absent if none are declared', async () => {
    assert.equal('tools' in (await readMetadata('---\nmodel: a/b\n---\nx', 'a')), false);
  });

  it('may be anything in published versions, with each name once', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.array(fc.anything()), (tools, toolDefs, list) => {
        for (const frontMatter of [
          { tools, toolDefs },
          { tools: list, toolDefs: list },
        ]) {
          const names = declaredTools(frontMatter).map(({ name }) => name);
          assert.equal(new Set(names).size, names.length);
        }
      }),
      { numRuns: 200 },
    );
    const wrong = { name: 'a', inputSchema: { x: 'no such type, it says' } };
    assert.equal(declaredTools({ tools: [wrong] })[0]?.name, 'a');
  });
});
