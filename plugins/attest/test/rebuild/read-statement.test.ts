import { generateKeyPair, openPrivateKey, sealEnvelope, statementType } from '@cos/trust';
import { CosError } from '@cos/core';
import { createWorkspace } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { readStatement, type Statement } from '../../src/rebuild/read-statement.ts';
import { digest, hex, statementOf } from './statements.ts';

async function read(files: Readonly<Record<string, string>>, { given, keys = [] }: { readonly given?: string; readonly keys?: readonly string[] } = {}): Promise<Statement> {
  await using workspace = await createWorkspace(files);
  return await readStatement({ path: workspace.join('made.txt'), given: given === undefined ? undefined : workspace.join(given), keys: keys.map((key) => workspace.join(key)), show: (path) => path.slice(workspace.path.length + 1) });
}

async function refusal(...args: Parameters<typeof read>) {
  try {
    await read(...args);
  } catch (error) {
    if (error instanceof CosError) return error.diagnostics[0];
    throw error;
  }
  throw new Error('it was read');
}

const plain = JSON.stringify(statementOf(), undefined, 1);
const password = 'secret';
const own = await generateKeyPair(password);
const other = await generateKeyPair(password);
const seal = async (text: string, type = statementType): Promise<string> => sealEnvelope(Buffer.from(text), type, await openPrivateKey(own.privateKey, password, 'cos.key'));

describe('a statement', () => {
  test('lies beside the artifact, and says what was asked, of which sources it was made, and in which steps', async () => {
    expect(await read({ 'made.txt.provenance.json': plain })).toMatchObject({
      shown: 'made.txt.provenance.json',
      signedBy: undefined,
      subjects: [hex('made')],
      request: { target: 'make', derivative: 'sample', platform: 'linux/amd64', parameters: { squash: 'fast' } },
      artifact: { from: 'shell.run#made:out', digest: digest('made') },
      sources: { 'packages/a b': digest('a') },
      steps: [{ task: 'shell.run#made', outputs: [{ name: 'out', digest: digest('made') }] }],
    });
  });

  test('may be in an envelope, and must be where a key is asked for', async () => {
    const sealed = await seal(plain);
    expect(await read({ 'made.txt.intoto.jsonl': sealed })).toMatchObject({ shown: 'made.txt.intoto.jsonl', signedBy: undefined, subjects: [hex('made')] });
    expect(await read({ 'made.txt.provenance.json': '{', 'made.txt.intoto.jsonl': sealed, 'own.pub': own.publicKey }, { keys: ['own.pub'] })).toMatchObject({ signedBy: 'own.pub' });
    expect(await refusal({ 'made.txt.intoto.jsonl': sealed, 'other.pub': other.publicKey }, { keys: ['other.pub'] })).toMatchObject({ code: 'COS_ATTEST_SIGNATURE' });
    expect(await refusal({ 'made.txt.provenance.json': plain, 'own.pub': own.publicKey }, { keys: ['own.pub'] })).toMatchObject({ code: 'COS_ATTEST_NO_STATEMENT', message: 'Expected a signed statement of how made.txt was built at made.txt.intoto.jsonl; it is not there.' });
    expect(await refusal({ 'made.txt.intoto.jsonl': plain, 'own.pub': own.publicKey }, { keys: ['own.pub'] })).toMatchObject({ code: 'COS_ATTEST_SIGNATURE', message: expect.stringContaining('no DSSE envelope') });
    expect(await refusal({ 'made.txt.intoto.jsonl': sealed }, { keys: ['none.pub'] })).toMatchObject({ code: 'COS_ATTEST_SIGNATURE', message: 'Expected a public key at none.pub; it cannot be read.' });
  });

  test('that is missing is told with the places where it was looked for', async () => {
    expect(await refusal({ 'made.txt': 'made' })).toMatchObject({ code: 'COS_ATTEST_NO_STATEMENT', message: 'Expected a statement of how made.txt was built at made.txt.provenance.json or made.txt.intoto.jsonl; it is not there.', hint: expect.stringContaining('cos run attest') });
    expect(await refusal({}, { given: 'elsewhere.json' })).toMatchObject({ code: 'COS_ATTEST_NO_STATEMENT', message: 'Expected a statement at elsewhere.json; it cannot be read (ENOENT).' });
  });

  test('that is cut off is told with the place', async () => {
    expect(await refusal({ 'made.txt.provenance.json': '{\n "a": 1,\n "b" 2\n}' })).toMatchObject({ code: 'COS_ATTEST_STATEMENT', place: { file: 'made.txt.provenance.json', line: 3, column: 6 } });
    expect(await refusal({ 'made.txt.provenance.json': plain.slice(0, 500) })).toMatchObject({ code: 'COS_ATTEST_STATEMENT' });
  });

  test('of another program, or with fields of other forms, is told with the fields', async () => {
    const changed = (change: (statement: any) => void): Readonly<Record<string, string>> => {
      const statement: object = JSON.parse(plain);
      change(statement);
      return { 'made.txt.provenance.json': JSON.stringify(statement) };
    };
    const notes = async (change: (statement: any) => void): Promise<readonly string[]> => ((await refusal(changed(change)))?.notes ?? []).map(({ message }) => message.split(':')[0] ?? '');
    expect(await notes((statement) => (statement.predicate.buildDefinition.buildType = 'https://example.org/other'))).toEqual(['predicate.buildDefinition.buildType']);
    expect(await notes((statement) => delete statement.predicate)).toEqual(['predicate']);
    expect(await notes((statement) => (statement.subject = []))).toEqual(['subject']);
    const { internalParameters } = { internalParameters: 'predicate.buildDefinition.internalParameters' };
    expect(await notes((statement) => (statement.predicate.buildDefinition.internalParameters.artifact.digest = 'sha256:1'))).toEqual([`${internalParameters}.artifact.digest`]);
    expect(await notes((statement) => (statement.predicate.buildDefinition.internalParameters.steps[0].outputs[0].digest = '../x'))).toEqual([`${internalParameters}.steps.0.outputs.0.digest`]);
    expect(await refusal(changed((statement) => (statement.predicate.buildDefinition.resolvedDependencies[0].uri = '%zz')))).toMatchObject({ code: 'COS_ATTEST_STATEMENT', message: 'Expected the path of a source in made.txt.provenance.json; found "%zz".' });
    for (const text of ['[]', '1', 'null', '"x"', '{"payload":1}']) expect((await refusal({ 'made.txt.provenance.json': text }))?.code, text).toMatch(/^COS_ATTEST_(STATEMENT|SIGNATURE)$/);
    expect(await refusal({ 'made.txt.intoto.jsonl': await seal(plain, 'text/plain') })).toMatchObject({ code: 'COS_ATTEST_STATEMENT', message: expect.stringContaining('"text/plain"') });
  });
});
