// A process of its own, to be killed: begins to write a root filesystem into a file and never ends.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createEntry, writeTar } from '@cos/archive';
import { writeRoot } from '../../src/index.ts';

const to = process.argv[2] ?? '';

async function* slow(): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of writeTar([createEntry({ path: 'file' }, 'x'.repeat(100_000))])) {
    yield chunk;
    // Files are opened while the first bytes are read.
    while (!readdirSync(dirname(to)).some((name) => name.endsWith('.tmp'))) await delay(5);
    console.log('writing');
    await delay(600_000);
  }
}
await writeRoot({ archive: slow(), format: 'tar', to, scratch: tmpdir(), signal: new AbortController().signal });
