import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createWorkspace, runStage } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { attest } from '../../src/index.ts';
import { checkStatement } from './slsa-rules.ts';

const request = { target: 'build-iso', derivative: 'my-os', version: '1.0', platform: 'linux/amd64' };
const hex = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

async function stateIso(content: string, options: object = {}) {
  await using workspace = await createWorkspace({ 'my.iso': content });
  const iso = { path: workspace.join('my.iso'), meta: { label: 'X' } };
  await using ran = await runStage(attest(), 'isoProvenance', { inputs: { artifact: iso, history: iso }, options: { subject: 'my-os.iso', ...request, ...options }, sourceDateEpoch: 5 });
  expect(ran.text).toBe('');
  return readFileSync(ran.outputs.statement.path, 'utf8');
}

describe('a statement of provenance', () => {
  test('is an in-toto statement about the bytes of the artifact, with what made it', async () => {
    const text = await stateIso('the bytes', { parameters: { squash: 'release' } });
    const statement = JSON.parse(text);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'my-os.iso', digest: { sha256: hex('the bytes') } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: { buildType: 'urn:cos:build:1', externalParameters: { ...request, parameters: { squash: 'release' } }, internalParameters: { sourceDateEpoch: 5 } },
        runDetails: { builder: { id: 'urn:cos' } },
      },
    });
    const { internalParameters, resolvedDependencies } = statement.predicate.buildDefinition;
    const last = internalParameters.steps.at(-1);
    expect(last.outputs).toEqual([{ name: 'artifact', kind: 'iso-image', digest: `sha256:${hex('the bytes')}` }]);
    expect(internalParameters.artifact).toEqual({ from: `${last.task}:artifact`, digest: `sha256:${hex('the bytes')}` });
    // The file of the workspace that the test gave.
    expect(resolvedDependencies).toEqual([{ uri: 'inputs/history-0', digest: { cosTree: expect.stringMatching(/^[0-9a-f]{64}$/) } }]);
  });

  test('has the fields that in-toto and SLSA define, in their forms, and no others', async () => {
    const statement = JSON.parse(await stateIso('the bytes'));
    expect(checkStatement(statement)).toEqual([]);
    const { predicate } = statement;
    const wrong = [{ ...statement, subject: [] }, { ...statement, more: 1 }, { ...statement, predicate: { ...predicate, runDetails: {} } }, { ...statement, subject: [{ name: 'x', digest: { sha256: 'ABC' } }] }, { ...statement, predicate: { ...predicate, buildDefinition: { ...predicate.buildDefinition, resolvedDependencies: [{ name: 'x' }] } } }];
    for (const one of wrong) expect(checkStatement(one)).not.toEqual([]);
  });

  test('names the bills of the artifact by the digests of their bytes', async () => {
    await using workspace = await createWorkspace({ 'my.iso': 'the bytes', 'a.json': 'spdx', 'b.json': 'cyclonedx' });
    const iso = { path: workspace.join('my.iso'), meta: { label: 'X' } };
    const state = async (options: object) => {
      await using ran = await runStage(attest(), 'isoProvenance', { inputs: { artifact: iso, history: iso, spdx: workspace.join('a.json'), cyclonedx: workspace.join('b.json') }, options: { subject: 'my-os.iso', ...request, ...options } });
      expect(ran.text).toBe('');
      const statement = JSON.parse(readFileSync(ran.outputs.statement.path, 'utf8'));
      expect(checkStatement(statement)).toEqual([]);
      return statement.predicate;
    };
    const { runDetails, buildDefinition } = await state({});
    expect(runDetails.byproducts).toEqual([
      { name: 'my-os.iso.cdx.json', mediaType: 'application/vnd.cyclonedx+json', digest: { sha256: hex('cyclonedx') } },
      { name: 'my-os.iso.spdx.json', mediaType: 'application/spdx+json', digest: { sha256: hex('spdx') } },
    ]);
    expect(buildDefinition.externalParameters).toEqual({ ...request, parameters: {} });
    expect((await state({ bills: 'other' })).runDetails.byproducts[0].name).toBe('other.cdx.json');
  });

  test('is the same text for the same inputs, and another for others', async () => {
    expect(await stateIso('a')).toBe(await stateIso('a'));
    expect(await stateIso('a')).not.toBe(await stateIso('b'));
  });

  test('is refused when the history is that of another artifact', async () => {
    await using workspace = await createWorkspace({ 'one/index.json': '{}', 'two/index.json': '[]' });
    await using ran = await runStage(attest(), 'imageProvenance', { inputs: { artifact: workspace.join('one'), history: workspace.join('two') }, options: { subject: 'x', ...request } });
    expect(ran.failure).toMatchObject({ code: 'COS_ATTEST_SUBJECT', message: expect.stringContaining('history') });
  });

  test('of a repository is about its repository.yaml', async () => {
    await using workspace = await createWorkspace({ 'repository/repository.yaml': 'name: x\n', 'repository/other': 'y' });
    const repository = { path: workspace.join('repository'), meta: { name: 'x' } };
    await using ran = await runStage(attest(), 'repositoryProvenance', { inputs: { artifact: repository, history: repository }, options: { subject: 'repository', ...request } });
    expect(JSON.parse(readFileSync(ran.outputs.statement.path, 'utf8')).subject).toEqual([{ name: 'repository/repository.yaml', digest: { sha256: hex('name: x\n') } }]);
  });

  test('of an image is about each of its manifests; a folder that is no image is refused', async () => {
    const digest = 'ab'.repeat(32);
    await using workspace = await createWorkspace({ 'image/index.json': JSON.stringify({ manifests: [{ digest: `sha256:${digest}` }] }) });
    mkdirSync(workspace.join('other'));
    const state = (path: string) => runStage(attest(), 'imageProvenance', { inputs: { artifact: workspace.join(path), history: workspace.join(path) }, options: { subject: 'my/image', ...request } });
    await using ran = await state('image');
    expect(JSON.parse(readFileSync(ran.outputs.statement.path, 'utf8')).subject).toEqual([{ name: 'my/image', digest: { sha256: digest } }]);
    await using none = await state('other');
    expect(none.failure).toMatchObject({ code: 'COS_ATTEST_SUBJECT', message: 'Expected an image in the layout of OCI; it has no index.json.' });
    for (const text of ['{', '{}', '{"manifests":[]}', '{"manifests":[{"digest":"sha1:0"}]}']) {
      writeFileSync(workspace.join('other/index.json'), text);
      await using bad = await state('other');
      expect(bad.failure?.code, text).toBe('COS_ATTEST_SUBJECT');
    }
  });
});
