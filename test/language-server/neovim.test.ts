/** `promptforge lsp` in Neovim's own client: a second editor, which is not VS Code and shares no code with it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleCli } from '../../scripts/host/bundledCli.ts';
import { patience } from '../../scripts/host/patience.ts';
import { provideNeovim } from '../../scripts/host/systemPackages.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** What a user does, in Lua: each step waits for its answer, and `out` is what was seen. */
const script = (command: string, root: string, wait: number): string => `
local out = {}
local function finish(failure)
  out.failure = failure and tostring(failure) or nil
  vim.fn.writefile({ vim.fn.json_encode(out) }, ${lua(join(root, 'out.json'))})
  vim.cmd('qall!')
end
local function await(what, holds)
  if not vim.wait(${wait}, holds, 50) then error('Waited in vain for ' .. what) end
end
local function body()
  local id = vim.lsp.start_client({ name = 'promptforge', cmd = ${command}, root_dir = ${lua(root)},
    workspace_folders = { { uri = vim.uri_from_fname(${lua(root)}), name = 'team' } } })
  vim.cmd('edit ' .. ${lua(join(root, 'prompts', 'a.prompt'))})
  local buffer = vim.api.nvim_get_current_buf()
  await('the server', function()
    local client = vim.lsp.get_client_by_id(id)
    return client and client.initialized
  end)
  vim.lsp.buf_attach_client(buffer, id)
  await('a diagnostic', function() return #vim.diagnostic.get(buffer) > 0 end)
  out.diagnostics = vim.tbl_map(function(each) return { each.code, each.lnum, each.col, each.source } end, vim.diagnostic.get(buffer))
  vim.api.nvim_buf_set_lines(buffer, 1, 2, true, { '{{> ' })
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = 1, character = 4 } }
  local completed = vim.lsp.buf_request_sync(buffer, 'textDocument/completion', params, ${wait})
  out.completed = vim.tbl_map(function(item) return item.label end, completed[id].result.items or completed[id].result)
  vim.api.nvim_buf_set_lines(buffer, 1, 2, true, { '{{> header}}' })
  await('no diagnostic', function() return #vim.diagnostic.get(buffer) == 0 end)
  params.position = { line = 1, character = 6 }
  local hover = vim.lsp.buf_request_sync(buffer, 'textDocument/hover', params, ${wait})
  out.hover = hover[id].result.contents.value
  params.newName = 'greeting'
  local renamed = vim.lsp.buf_request_sync(buffer, 'textDocument/rename', params, ${wait})
  if renamed[id].error then error(renamed[id].error.message) end
  local client = vim.lsp.get_client_by_id(id)
  vim.lsp.util.apply_workspace_edit(renamed[id].result, client.offset_encoding)
  vim.cmd('wall')
  out.renamed = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ async = false, timeout_ms = ${wait} })
  else
    -- Before 0.8.
    vim.lsp.buf.formatting_sync(nil, ${wait})
  end
  out.formatted = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
end
vim.schedule(function()
  local ok, failure = pcall(body)
  finish(not ok and failure or nil)
end)
`;

function lua(text: string): string {
  return JSON.stringify(text);
}

describe('Neovim with promptforge lsp', () => {
  it('shows problems, completes, hovers, renames across files and formats', async () => {
    const neovim = await provideNeovim(console.log);
    const { script: cli } = await bundleCli();
    await using folder = await temporaryFolder();
    const files = {
      'promptforge.json': '{"registry": "embedded", "prompts": "prompts"}',
      'prompts/a.prompt': 'Hi {{  name  }}\n{{> nowhere}}\n',
      'prompts/b.prompt': 'B {{> header}}\n',
      'prompts/_header.prompt': 'Dear {{name}}\n',
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), text);
    }
    const command = `{ ${lua(process.execPath)}, ${lua(cli)}, "lsp" }`;
    const luaFile = join(folder.path, 'script.lua');
    await writeFile(luaFile, script(command, folder.path, patience(60_000)));
    await promisify(execFile)(neovim, ['--headless', '-n', '-u', 'NONE', '-c', `luafile ${luaFile}`], {
      cwd: folder.path,
      env: { ...process.env, HOME: folder.path, XDG_STATE_HOME: folder.path, XDG_CACHE_HOME: folder.path },
    });
    const seen = JSON.parse(await readFile(join(folder.path, 'out.json'), 'utf8'));
    assert.equal(seen.failure, undefined);
    assert.deepEqual(seen.diagnostics, [['missing-partial', 1, 4, 'PromptForge']]);
    assert.ok(seen.completed.includes('header'), String(seen.completed));
    assert.match(seen.hover, /header/);
    assert.deepEqual(seen.renamed, ['Hi {{  name  }}', '{{> greeting}}']);
    assert.deepEqual(seen.formatted, ['Hi {{name}}', '{{> greeting}}']);
    assert.equal(await readFile(join(folder.path, 'prompts', 'b.prompt'), 'utf8'), 'B {{> greeting}}\n');
    assert.equal(await readFile(join(folder.path, 'prompts', '_greeting.prompt'), 'utf8'), 'Dear {{name}}\n');
  });
});
