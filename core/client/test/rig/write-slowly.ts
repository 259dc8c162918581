// A process of its own, to be killed: begins to write a root filesystem into a file and never ends.
import { tmpdir } from 'node:os';
import { createEntry, writeTar } from '@cos/archive';
import { writeRoot } from '../../src/index.ts';

async function* slow(): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of writeTar([createEntry({ path: 'file' }, 'x'.repeat(100_000))])) {
    yield chunk;
    console.log('writing');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  }
}
await writeRoot({ archive: slow(), format: 'tar', to: process.argv[2] ?? '', scratch: tmpdir(), signal: new AbortController().signal });
