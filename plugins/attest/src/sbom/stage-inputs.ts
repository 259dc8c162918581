import type { Artifact, FileTree } from '@cos/core';
import type { ContainerImage, DiskImage, IsoImage, PackageArchive } from '@cos/core/artifacts';
import { fail } from '../errors.ts';
import type { Subject } from './bill.ts';
import { readLayout } from './read-layout.ts';
import { rootOfArchive, rootOfImage, type RootFilesystem } from './root-filesystem.ts';

export interface SystemInputs {
  readonly archive: Artifact<PackageArchive> | undefined;
  readonly image: Artifact<ContainerImage> | undefined;
  readonly layout: Artifact<FileTree> | undefined;
  readonly iso: Artifact<IsoImage> | undefined;
  readonly disk: Artifact<DiskImage> | undefined;
}

export interface ChosenSystem {
  /** What is read. */
  readonly root: RootFilesystem;
  /** What the bill is of: a medium where there is one, else the system. */
  readonly subject: Pick<Subject, 'form' | 'digest'>;
}

/** Throws COS_ATTEST_SYSTEM and COS_ATTEST_SUBJECT. */
export async function chooseSystem({ archive, image, layout, iso, disk }: SystemInputs): Promise<ChosenSystem> {
  if (iso !== undefined && disk !== undefined) return fail('COS_ATTEST_SYSTEM', 'Expected at most one of the inputs "iso" and "disk"; found both.', { hint: 'Make a bill for each of them.' });
  const medium = iso === undefined ? disk : iso;
  const of = medium === undefined ? undefined : ({ form: iso === undefined ? 'disk' : 'iso', digest: medium.digest } as const);
  const given = Object.entries({ archive, image, layout }).flatMap(([name, one]) => (one === undefined ? [] : [`"${name}"`]));
  if (given.length !== 1) return fail('COS_ATTEST_SYSTEM', `Expected one of the inputs "archive", "image" and "layout"; found ${given.length === 0 ? 'none' : given.join(' and ')}.`, { hint: 'Give the archive of the package that is the system, or the image that is.' });
  if (archive !== undefined) return { root: rootOfArchive(archive), subject: of ?? { form: 'archive', digest: archive.digest } };
  if (image !== undefined) return { root: rootOfImage(image), subject: of ?? { form: 'image', digest: image.digest } };
  const read = await readLayout(layout === undefined ? '' : await layout.path());
  return { root: read.root, subject: of ?? { form: 'layout', digest: read.digest } };
}
