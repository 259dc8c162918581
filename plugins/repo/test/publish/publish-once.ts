// A process of its own, to be killed: publishes what a file lists.
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMetadata } from '@cos/luet';
import { createRegistry } from '@cos/registry';
import { matchPackages, type GivenArchive } from '../../src/match-packages.ts';
import { openPlace } from '../../src/publish/open-place.ts';
import { readPins } from '../../src/publish/pins.ts';
import { publishRepository } from '../../src/publish/publish-repository.ts';

const [to = '', list = '', scratch = ''] = process.argv.slice(2);
const given: readonly { readonly archive: GivenArchive; readonly metadata: string }[] = JSON.parse(readFileSync(list, 'utf8'));
const { packages } = matchPackages(
  given.map(({ archive }) => archive),
  given.flatMap(({ metadata }) => readMetadata(metadata, 'm').metadata ?? []),
);
const signal = new AbortController().signal;
const registry = createRegistry();
const place = openPlace({ to, registry, platform: { os: 'linux', architecture: 'amd64' }, scratch: mkdtempSync(join(scratch, 'once-')), signal });
console.log('started');
const before = performance.now();
await publishRepository({
  place,
  packages,
  trees: [],
  settings: { name: 'sample', description: '', type: to.startsWith('docker:') ? 'docker' : 'disk', urls: [], priority: undefined },
  archives: { treeName: 'tree.tar', metaName: 'repository.meta.yaml.tar', treeCompression: 'gzip', metaCompression: 'none' },
  snapshot: undefined,
  replace: ['app/changed'],
  retain: { versions: 1, snapshots: 2 },
  pins: readPins([]),
  now: new Date(),
  mtime: 0,
  scratch: mkdtempSync(join(scratch, 'once-')),
  log: { info: () => undefined, warn: (line) => console.log(line) },
  signal,
});
await registry.close();
console.log(`took ${Math.round(performance.now() - before)}`);
