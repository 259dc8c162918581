import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { fileTree, hexOf, one, provenance, type Artifact, type ArtifactKind, type BuildProvenance } from '@cos/core';
import { diskImage, isoImage, packageArchive, repository, textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';
import { writeStatement, type Subject } from '../provenance/statement.ts';

const options = z.object({
  /** What the artifact is called where it is published: a file name, or the name of an image. */
  subject: z.string().check(z.minLength(1)),
  target: z.string(),
  derivative: z.string(),
  version: z._default(z.string(), ''),
  platform: z.string(),
  parameters: z._default(z.record(z.string(), z.json()), {}),
});

/** A stage that says how artifacts of one kind came to be. */
function sayOf<K extends ArtifactKind>(kind: K, what: string, subjectsOf: (artifact: Artifact<K>, name: string) => Promise<readonly Subject[]>) {
  return defineStage({
    description: `say how ${what} came to be`,
    version: 1,
    cache: 'content',
    inputs: { artifact: one(kind), history: provenance(kind) },
    outputs: { statement: textFile },
    options,
    async run({ inputs, options: { subject, ...request }, emit, scratch }) {
      // Written by the engine that runs this stage.
      const history = JSON.parse(await readFile(await inputs.history.path(), 'utf8')) as BuildProvenance;
      if (history.artifact.digest !== inputs.artifact.digest) {
        return fail('COS_ATTEST_SUBJECT', `Expected the history of the artifact itself, ${inputs.artifact.digest}; found that of ${history.artifact.digest}, from ${history.artifact.from}.`, { hint: 'Give one reference to both inputs.' });
      }
      const subjects = await subjectsOf(inputs.artifact, subject);
      const path = join(scratch, 'statement.json');
      await writeFile(path, writeStatement({ subjects, request, provenance: history }));
      return { statement: await emit.statement(path, {}) };
    },
  });
}

/** The digest of an artifact that is one file is the SHA-256 of its bytes. */
const oneFile = (artifact: Artifact, name: string): Promise<readonly Subject[]> => Promise.resolve([{ name, sha256: hexOf(artifact.digest) }]);

export const isoProvenance = sayOf(isoImage, 'an ISO', oneFile);
export const diskProvenance = sayOf(diskImage, 'a disk image', oneFile);
export const archiveProvenance = sayOf(packageArchive, 'the archive of a package', oneFile);

/** About `repository.yaml`, whose digests cover the index and so all packages. */
export const repositoryProvenance = sayOf(repository, 'a repository', async (artifact, name) => {
  const bytes = await readFile(join(await artifact.path(), 'repository.yaml'));
  return [{ name: `${name}/repository.yaml`, sha256: createHash('sha256').update(bytes).digest('hex') }];
});

const layout = z.object({ manifests: z.array(z.object({ digest: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)) })).check(z.minLength(1)) });

/** About the manifests of an image in a folder in the layout of OCI. */
export const imageProvenance = sayOf(fileTree, 'an image', async (artifact, name) => {
  const text = await readFile(join(await artifact.path(), 'index.json'), 'utf8').catch((cause: unknown) => fail('COS_ATTEST_SUBJECT', 'Expected an image in the layout of OCI; it has no index.json.', { cause }));
  const read = z.safeParse(layout, parse(text));
  if (!read.success) return fail('COS_ATTEST_SUBJECT', 'The index.json of an image is no index of the OCI image specification.', { notes: read.error.issues.map(({ path, message }) => ({ message: `${path.join('.')}: ${message}` })) });
  return read.data.manifests.map(({ digest }) => ({ name, sha256: digest.slice('sha256:'.length) }));
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return fail('COS_ATTEST_SUBJECT', 'The index.json of an image is no JSON.', { cause });
  }
}
