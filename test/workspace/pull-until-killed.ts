/**
 * A process of its own that pulls and kills itself at a step: `<folder> <url> <step> <moment>`, with its key in KEY.
 * Step 0 is never; the number of steps is printed then.
 */
import { RegistryClient } from '../../src/client/registry-client.ts';
import type { Key } from '../../src/core/key.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { readProject } from '../../src/workspace/project-file.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { dyingFileSystem, type Moment, stepsUntil } from './dying-file-system.ts';

const [root = '', url = '', at = '0', moment = 'before'] = process.argv.slice(2);
const dying = stepsUntil(Number(at), moment as Moment, () => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
});
const client = new RegistryClient({ url, key: process.env['KEY'] as Key });
const copy = new WorkingCopy(await readProject(root, nodeFileSystem), dyingFileSystem(dying));
await copy.pull(client, await client.allPrompts({ archived: true }), { isDirty: () => false });
console.log(dying.taken());
