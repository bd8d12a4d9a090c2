/** A process that publishes without end and tells its parent what was answered, to be killed in the midst of it. */
import { openEmbeddedRegistry } from '../../src/registry/embedded.ts';

const registry = await openEmbeddedRegistry({ dataFolder: process.argv[2] ?? '', actor: 'killed' });
for (let n = 0; n < 10_000; n++) {
  const name = `killed/p${n}`;
  const response = await registry.fetch(
    new Request(`https://embedded.invalid/v1/prompts/${name}/-/versions`, {
      method: 'POST',
      headers: { authorization: 'Bearer embedded:development', 'content-type': 'application/json' },
      body: JSON.stringify({ source: `text ${n}`, message: '', base: null }),
    }),
  );
  if (response.status === 201) process.send?.(name);
}
