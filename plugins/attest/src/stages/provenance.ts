import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { fileTree, hexOf, one, optional, provenance, type Artifact, type ArtifactKind, type BuildProvenance } from '@cos/core';
import { diskImage, isoImage, packageArchive, repository, textFile, type TextFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';
import { writeStatement, type Byproduct, type Subject } from '../provenance/statement.ts';
import { manifestsOf } from '../sbom/read-layout.ts';

const options = z.object({
  /** What the artifact is called where it is published: a file name, or the name of an image. */
  subject: z.string().check(z.minLength(1)),
  /** What the files of its bills are called, without `.spdx.json` and `.cdx.json`; default: as the subject. */
  bills: z.optional(z.string().check(z.minLength(1))),
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
    inputs: {
      artifact: one(kind),
      history: provenance(kind),
      /** Bills of materials of the artifact: the statement names them by digest, so that its signature covers them. */
      spdx: optional(textFile),
      cyclonedx: optional(textFile),
    },
    outputs: { statement: textFile },
    options,
    async run({ inputs, options: { subject, bills, ...request }, emit, scratch }) {
      // Written by the engine that runs this stage.
      const history = JSON.parse(await readFile(await inputs.history.path(), 'utf8')) as BuildProvenance;
      if (history.artifact.digest !== inputs.artifact.digest) {
        return fail('COS_ATTEST_SUBJECT', `Expected the history of the artifact itself, ${inputs.artifact.digest}; found that of ${history.artifact.digest}, from ${history.artifact.from}.`, { hint: 'Give one reference to both inputs.' });
      }
      const subjects = await subjectsOf(inputs.artifact, subject);
      const path = join(scratch, 'statement.json');
      await writeFile(path, writeStatement({ subjects, request, byproducts: billsOf(inputs, bills ?? subject), provenance: history }));
      return { statement: await emit.statement(path, {}) };
    },
  });
}

function billsOf({ spdx, cyclonedx }: Readonly<Record<'spdx' | 'cyclonedx', Artifact<TextFile> | undefined>>, name: string): readonly Byproduct[] {
  const bill = (file: Artifact | undefined, suffix: string, mediaType: string): readonly Byproduct[] => (file === undefined ? [] : [{ name: `${name}.${suffix}.json`, sha256: hexOf(file.digest), mediaType }]);
  return [...bill(cyclonedx, 'cdx', 'application/vnd.cyclonedx+json'), ...bill(spdx, 'spdx', 'application/spdx+json')];
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

/** About the manifests of an image in a folder in the layout of OCI. */
export const imageProvenance = sayOf(fileTree, 'an image', async (artifact, name) => (await manifestsOf(await artifact.path())).map((digest) => ({ name, sha256: digest.slice('sha256:'.length) })));
