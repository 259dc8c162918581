import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load-config.ts';
import { printDiagnostics } from '../../src/errors/print-diagnostic.ts';
import { defineDerivative, type UpstreamRepository } from '../../src/index.ts';
import { configOf, preset } from '../rig/config.ts';

// The repositories that a derivative builds on, as configs may write them: also without types, or against them.

async function load(...derivatives: readonly ReturnType<typeof defineDerivative>[]) {
  return resolveConfig({ ...configOf({}), derivatives }, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set: [], derivatives: [], platforms: [] });
}

function derivativeOn(repositories: unknown, more: object = {}) {
  const given = { name: 'one', from: preset, platforms: ['linux/amd64', 'linux/arm64'] as const, trees: [], ...more };
  return defineDerivative({ ...given, repositories: repositories as readonly UpstreamRepository[] });
}

/** All messages; each is followed by its place, which is the call of defineDerivative above. */
async function problemsOf(repositories: unknown): Promise<readonly string[]> {
  const { diagnostics } = await load(derivativeOn(repositories));
  const line = readFileSync(import.meta.filename, 'utf8').split('\n').findIndex((text) => text.includes('return defineDerivative(')) + 1;
  for (const { place } of diagnostics) expect(place).toMatchObject({ file: expect.stringMatching(/repositories\.test\.ts$/), line });
  return printDiagnostics(diagnostics.map(({ code, severity, message, hint }) => ({ code, severity, message, ...(hint === undefined ? {} : { hint }) })), { workspace: '/nowhere', color: false }).split('\n\n');
}

const repositoriesOf = async (...derivatives: readonly ReturnType<typeof defineDerivative>[]) => (await load(...derivatives)).config?.variants.at(-1)?.derivative.repositories;

describe('a repository', () => {
  test('is a folder, an address or an image repository, by its text, which is its name', async () => {
    expect(await repositoriesOf(derivativeOn(['../public', 'https://example.org/os', 'docker:registry.example:5000/os/repository']))).toEqual([
      { name: '../public', type: 'disk', urls: ['../public'] },
      { name: 'https://example.org/os', type: 'http', urls: ['https://example.org/os'] },
      { name: 'docker:registry.example:5000/os/repository', type: 'docker', urls: ['registry.example:5000/os/repository'] },
    ]);
  });

  test('is an object with all that it may say', async () => {
    const whole = { name: 'up', type: 'http', urls: ['https://a.example/os', 'http://b.example/os'], priority: -3, reference: '20260101120000-repository.yaml', platforms: ['linux/arm64'] } as const;
    expect(await repositoriesOf(derivativeOn([whole]))).toEqual([whole]);
  });

  test('comes once, with those of the derivative that this one is from first', async () => {
    const below = defineDerivative({ name: 'below', from: preset, platforms: ['linux/amd64'], trees: [], repositories: ['a', 'b'] });
    expect((await repositoriesOf(defineDerivative({ name: 'above', from: below, repositories: ['b', 'c'] })))?.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});

describe('malformed repositories', () => {
  test('are told all at once, each with its place', async () => {
    expect(await problemsOf([42, '', 'https://user:secret@example.org/os', 'docker:Not A Name', {}, { name: 'x', type: 'local', urls: [], extra: 1 }])).toMatchInlineSnapshot(`
      [
        "error COS_CONFIG_SHAPE: Expected texts, or { name, type, urls } as "repositories.0" of derivative "one"; found 42.",
        "error COS_CONFIG_SHAPE: Expected texts, or { name, type, urls } as "repositories.1" of derivative "one"; found "".",
        "error COS_CONFIG_SHAPE: Expected an address with http:// or https://, without login and query as "repositories.2" of derivative "one"; found "https://…@example.org/os".",
        "error COS_CONFIG_SHAPE: Expected an image repository, host/path without tag as "repositories.3" of derivative "one"; found "Not A Name".",
        "error COS_CONFIG_SHAPE: Expected a list of texts as "urls" of "repositories.4" of derivative "one"; found nothing.",
        "error COS_CONFIG_SHAPE: Expected a text as "name" of "repositories.4" of derivative "one"; found nothing.",
        "error COS_CONFIG_SHAPE: Expected one of disk, http, docker as "type" of "repositories.4" of derivative "one"; found nothing.",
        "error COS_CONFIG_UNKNOWN_FIELD: Repository "x" of derivative "one" has an unknown field "extra".
        hint: Known fields: name, platforms, priority, reference, type, urls.",
        "error COS_CONFIG_SHAPE: Expected one of disk, http, docker as "type" of repository "x" of derivative "one"; found "local".",
        "error COS_CONFIG_SHAPE: Expected at least one text as "urls" of repository "x" of derivative "one"; found [].",
      ]
    `);
  });

  test('tell every wrong field of one of them, with what was found', async () => {
    expect(await problemsOf([{ name: '', type: 'http', urls: ['ftp://example.org', 7], priority: 1.5, reference: '../repository.yaml', platforms: ['linux/amd64', 'linux/s390x'] }])).toMatchInlineSnapshot(`
      [
        "error COS_CONFIG_SHAPE: Expected texts as "urls.1" of "repositories.0" of derivative "one"; found 7.",
        "error COS_CONFIG_SHAPE: Expected one of linux/amd64, linux/arm64 as "platforms.1" of "repositories.0" of derivative "one"; found "linux/s390x".",
        "error COS_CONFIG_SHAPE: Expected an address with http:// or https://, without login and query as "urls" of "repositories.0" of derivative "one"; found "ftp://example.org".",
        "error COS_CONFIG_SHAPE: Expected a text as "name" of "repositories.0" of derivative "one"; found "".",
        "error COS_CONFIG_SHAPE: Expected a whole number as "priority" of "repositories.0" of derivative "one"; found 1.5.",
        "error COS_CONFIG_SHAPE: Expected the name of a file such as 20260101120000-repository.yaml as "reference" of "repositories.0" of derivative "one"; found "../repository.yaml".",
      ]
    `);
  });

  test.each([
    ['no list', 'docker:registry.example/os'],
    ['a list in a list', [['a']]],
    ['nothing in it', [null]],
  ])('%s', async (_, given) => {
    expect((await problemsOf(given)).join('\n')).toMatch(/^error COS_CONFIG_SHAPE: Expected [^\n]* as "repositories[^\n]* of derivative "one"; found /);
  });

  test.each([
    ['http', 'https://example.org/os?user=x'],
    ['http', 'example.org/os'],
    ['http', 'http://:secret@example.org/os'],
    ['docker', 'registry.example/os:tag'],
    ['docker', 'registry.example/os@sha256:00'],
    ['docker', 'https://registry.example/os'],
    ['docker', '-v/os'],
    ['docker', 'registry.example'],
    ['disk', 'a\nb'],
    ['disk', 'a\0b'],
  ])('of type %s do not lie at %j', async (type, url) => {
    expect((await problemsOf([{ name: 'up', type, urls: [url] }])).join('\n')).toMatch(/^error COS_CONFIG_SHAPE: Expected [^\n]* as "urls" of repository "up" of derivative "one"; found /);
  });

  test('of one name that differ are refused', async () => {
    expect(await problemsOf(['a', { name: 'a', type: 'disk', urls: ['b'] }])).toEqual(['error COS_CONFIG_DUPLICATE: Expected one repository of the name "a" in derivative "one"; found two that differ.']);
  });

  test('show no login and no token', async () => {
    for (const url of ['https://user:secret@example.org/os', 'https://secret@example.org/os', 'https://example.org/os?token=secret', 'https://example.org/os#secret']) {
      const told = (await problemsOf([url, { name: 'up', type: 'http', urls: [url] }])).join('\n');
      expect(told).toContain('found "https://');
      expect(told).not.toContain('secret');
    }
  });
});
