import type { ArtifactRef } from '@cos/core';
import type { Repository, TextFile } from '@cos/core/artifacts';
import type { StandardContext } from './context.ts';
import type { BuiltIso, IsoRequest } from './iso.ts';

export interface Attested {
  readonly squash: IsoRequest['squash'];
  readonly iso: BuiltIso;
  readonly repository: ArtifactRef<Repository> | undefined;
}

/** Statements of how the artifacts came to be, by what each is about. They name the targets that make the artifacts alone. */
export function sayHowMade({ use, derivative, platform }: StandardContext, { squash, iso, repository }: Attested): Readonly<Record<string, ArtifactRef<TextFile>>> {
  const { name } = derivative;
  const request = { derivative: name, version: derivative.version ?? '', platform };
  const isoRequest = { ...request, target: 'build-iso', parameters: squash === undefined ? {} : { squash } };
  return {
    [iso.file]: use.attest.isoProvenance({ name, inputs: { artifact: iso.iso, history: iso.iso }, options: { subject: iso.file, ...isoRequest } }).statement,
    ...(repository === undefined ? {} : { repository: use.attest.repositoryProvenance({ name, inputs: { artifact: repository, history: repository }, options: { subject: 'repository', ...request, target: 'create-repo' } }).statement }),
  };
}

/** What the system of an ISO consists of, as SPDX and CycloneDX, by the file's name. */
export function listContents({ use, derivative }: StandardContext, { iso, file, system }: BuiltIso): Readonly<Record<string, ArtifactRef<TextFile>>> {
  const { name, version } = derivative;
  const { spdx, cyclonedx } = use.attest.sbom({ name, inputs: { ...system.content, packages: system.packages, iso }, options: { name: file, ...(version === undefined || version === '' ? {} : { version }) } });
  return { [`${file}.spdx.json`]: spdx, [`${file}.cdx.json`]: cyclonedx };
}
