import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '@cos/registry';
import { expect, test } from 'vitest';
import { openTransport, type OpenTransportRequest } from '../src/index.ts';

const registry = createRegistry({});
const open = (type: OpenTransportRequest['type'], url: string) => openTransport({ type, url, locate: (folder) => join('/somewhere', folder), registry });

test('each type of repository has its own way, and folders are where the caller says', () => {
  expect(open('disk', 'public').place).toBe('/somewhere/public');
  expect(open('http', 'https://user:secret@example.org/os').place).toBe('https://example.org/os/');
  expect(open('docker', 'registry.example/os/repository').place).toBe('registry.example/os/repository');
});

test('files are kept by folders and servers, and images by registries', () => {
  expect((['disk', 'http', 'docker'] as const).map((type) => open(type, type === 'http' ? 'http://example.org' : 'example.org/os').keepsArchives)).toEqual([true, true, false]);
});

test('a folder is read where it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cos-transport-'));
  try {
    writeFileSync(join(folder, 'repository.yaml'), 'name: here\n');
    const transport = openTransport({ type: 'disk', url: 'any', locate: () => folder, registry });
    const chunks: Uint8Array[] = [];
    for await (const chunk of transport.read('repository.yaml', new AbortController().signal)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('name: here\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
