import type { ArtifactRef, Derivative, Parameters, ParameterValues, Target } from '@cos/core';
import type { Repository } from '@cos/core/artifacts';
import { titleOf, type StandardContext } from './context.ts';
import type { StandardPlugins } from '../plugins.ts';
import { listContents, sayHowMade } from './attest.ts';
import { baseRootfs } from './base-image.ts';
import { createBuildTarget, type BuildTarget } from './build.ts';
import { checkOptions } from './check-options.ts';
import { createImages, imageParameters, publishImageParameters, publishImages } from './images.ts';
import { buildIso, type BuiltIso, type IsoRequest } from './iso.ts';
import { place } from './place.ts';
import { createRepository, publishRepository, type PublishingRequest, type RepositoryRequest } from './repository.ts';
import { sharedParameters, startSharing, type Sharing } from './shared-images.ts';
import { buildSystem, type SystemRequest } from './system.ts';

export interface StandardTargetOptions extends Omit<IsoRequest, 'sharing'> {
  /** The public key that signatures are made for, a file of the workspace; default `cos.pub`. */
  readonly publicKey?: string;
  /** What `create-repo` and `publish` say of the repository. */
  readonly repository?: RepositoryRequest;
  /** Where `publish` publishes to, and what it keeps there. */
  readonly publish?: PublishingRequest;
}

const squashParameter = {
  ...sharedParameters,
  squash: { type: 'choice', choices: ['fast', 'release', 'gzip', 'none'], description: 'compression of the root filesystem: fast (zstd) or smallest (release: xz)' },
} as const;

/** What `cos run publish` and `cos publish` take alike. */
export const publishParameters = {
  ...sharedParameters,
  to: { type: 'text', description: 'an absolute folder, or docker:host/path for an image repository; default: that of the config' },
  snapshot: { type: 'text', pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$/, description: 'name of the snapshot that the publication leaves, which then is never removed; default: the time' },
  replace: { type: 'list', description: 'a package (category/name) of which a published version may get other content' },
  attest: { type: 'flag', description: 'with a signed statement of how the packages came to be; signs the index, too; default: as the config says' },
  sign: { type: 'flag', description: 'sign the index, so that its digests cover everything; default: as the config says' },
  resetRevision: { type: 'flag', description: 'count revisions from 1 again' },
  refresh: { type: 'flag', description: 'publish the index with a new revision and time though nothing in it is new' },
} as const satisfies Parameters;

type StandardTarget<Pa extends Parameters> = Target<StandardPlugins, Derivative, Pa>;

/** With names and parameters in the type, so that a config can spread them beside its own targets; an alias, because those have an index signature. */
export type StandardTargets = {
  readonly build: BuildTarget;
  readonly base: StandardTarget<{}>;
  readonly 'create-repo': StandardTarget<typeof sharedParameters>;
  readonly publish: StandardTarget<typeof publishParameters>;
  readonly images: StandardTarget<typeof imageParameters>;
  readonly 'publish-images': StandardTarget<typeof publishImageParameters>;
  readonly 'build-iso': StandardTarget<typeof squashParameter>;
  readonly attest: StandardTarget<typeof squashParameter>;
  readonly sign: StandardTarget<typeof squashParameter>;
  readonly 'build-packer': StandardTarget<typeof squashParameter>;
};

/**
 * The targets that most derivatives have. Spread them into `targets` and add your own:
 * `build`, `base`, `create-repo`, `publish`, `images`, `publish-images`, `attest`, `sign`, `build-iso`, `build-packer`.
 *
 * @throws CosError COS_CONFIG_STANDARD_TARGETS
 */
export function standardTargets(options: StandardTargetOptions = {}): StandardTargets {
  checkOptions(options);
  const isoOf = (context: StandardContext, squash: IsoRequest['squash'], sharing: Sharing) => buildIso(context, { ...options, ...(squash === undefined ? {} : { squash }), sharing });

  /** The ISO, and the repository of a derivative that has packages: a system that is a Dockerfile alone has nothing to publish. */
  const media = async (context: StandardContext & { readonly params: ParameterValues<typeof squashParameter> }) => {
    const sharing = startSharing(context.params);
    const iso = await isoOf(context, context.params.squash, sharing);
    const hasPackages = context.derivative.trees.length + context.packages.length > 0;
    const repository = hasPackages ? await createRepository(context, titleOf(context, options.title), options.repository ?? {}, sharing) : undefined;
    return { iso, repository, sharing, contents: listContents(context, iso) };
  };
  const published = ({ iso, checksum, file }: BuiltIso, repository: ArtifactRef<Repository> | undefined) => ({ [file]: iso, [`${file}.sha256`]: checksum, ...(repository === undefined ? {} : { repository }) });

  return {
    build: createBuildTarget({ title: (context) => titleOf(context, options.title), beside: async (context, sharing) => dockerfileSystem(context, { ...options, sharing }) }),
    base: {
      description: 'the root filesystem that the base image is made of, to keep it: base: { from: archive, path: base.tar }',
      plan(context) {
        return place(context, { 'base.tar': baseRootfs(context) });
      },
    },
    'create-repo': {
      description: 'a repository folder that luet clients install from',
      params: sharedParameters,
      async plan(context) {
        const sharing = startSharing(context.params);
        return place(context, { repository: await createRepository(context, titleOf(context, options.title), options.repository ?? {}, sharing), images: sharing.tasks });
      },
    },
    publish: {
      description: 'the packages, added to the repository that is published in a folder or a container registry',
      params: publishParameters,
      async plan(context) {
        const { to = options.publish?.to, snapshot, replace, sign, attest, refresh, resetRevision } = context.params;
        const sharing = startSharing(context.params);
        const report = await publishRepository(context, titleOf(context, options.title), { repository: options.repository ?? {}, publishing: { ...options.publish, ...(to === undefined ? {} : { to }), ...(sign ? { sign } : {}), ...(attest ? { attest } : {}) }, snapshot, replace, refresh, resetRevision, sharing });
        return place(context, { 'publication.json': report, images: sharing.tasks });
      },
    },
    images: {
      description: 'images FROM scratch of packages, as folders in the layout of OCI',
      params: imageParameters,
      async plan(context) {
        const sharing = startSharing(context.params, { names: false });
        const images = await createImages(context, titleOf(context, options.title), context.params, sharing);
        return place(context, { ...Object.fromEntries(images.map(({ tag, image }) => [`images/${tag}`, image])), shared: sharing.tasks });
      },
    },
    'publish-images': {
      description: 'the same images in a container registry, for all platforms under one tag',
      params: publishImageParameters,
      async plan(context) {
        const sharing = startSharing(context.params, { names: false });
        return place(context, { ...(await publishImages(context, titleOf(context, options.title), context.params, { ...options.publish, publicKey: options.publicKey ?? 'cos.pub' }, sharing)), shared: sharing.tasks });
      },
    },
    'build-iso': {
      description: 'a bootable ISO of the derivative',
      params: squashParameter,
      async plan(context) {
        const sharing = startSharing(context.params);
        const { iso, checksum, file } = await isoOf(context, context.params.squash, sharing);
        return place(context, { [file]: iso, [`${file}.sha256`]: checksum, images: sharing.tasks });
      },
    },
    attest: {
      description: 'the ISO and the repository with statements of how they came to be (in-toto, SLSA provenance) and lists of what is in them (SPDX, CycloneDX, mtree)',
      params: squashParameter,
      async plan(context) {
        const { iso, repository, sharing, contents } = await media(context);
        const statements = Object.entries(sayHowMade(context, { squash: context.params.squash, iso, contents, repository })).map(([file, statement]) => [`${file}.provenance.json`, statement] as const);
        return place(context, { ...published(iso, repository), ...contents.files, ...Object.fromEntries(statements), images: sharing.tasks });
      },
    },
    sign: {
      description: 'the repository and the ISO with signatures over the repository index and the checksums; `cos keys` makes the keys',
      params: squashParameter,
      async plan(context) {
        const { use, source, derivative } = context;
        const publicKey = source(options.publicKey ?? 'cos.pub');
        const { iso, repository, sharing, contents } = await media(context);
        const statements = Object.entries(sayHowMade(context, { squash: context.params.squash, iso, contents, repository })).map(
          ([file, statement]) => [`${file}.intoto.jsonl`, use.sign.signStatement({ name: file === 'repository' ? `${derivative.name}-${file}` : file, inputs: { statement, publicKey } }).envelope] as const,
        );
        return place(context, {
          ...published(iso, repository),
          ...contents.files,
          [`${iso.file}.mtree.sig`]: use.sign.signText({ name: `${iso.file}.mtree`, inputs: { text: contents.manifest, publicKey } }).signature,
          [`${iso.file}.sha256.sig`]: use.sign.signText({ name: iso.file, inputs: { text: iso.checksum, publicKey } }).signature,
          ...(repository === undefined ? {} : { 'repository.yaml.sig': use.sign.signRepository({ name: derivative.name, inputs: { repository, publicKey } }).signature }),
          ...Object.fromEntries(statements),
          images: sharing.tasks,
        });
      },
    },
    'build-packer': {
      description: 'a Packer template for the ISO, for the QEMU builder',
      params: squashParameter,
      async plan(context) {
        const { use, derivative } = context;
        const sharing = startSharing(context.params);
        const { iso, checksum, file } = await isoOf(context, context.params.squash, sharing);
        const { template } = use.packer.template({ name: derivative.name, inputs: { iso }, options: { name: derivative.name, iso: file } });
        return place(context, { [file]: iso, [`${file}.sha256`]: checksum, [`${derivative.name}.pkr.json`]: template, images: sharing.tasks });
      },
    },
  };
}

/** The image of a system that is a Dockerfile. */
async function dockerfileSystem(context: StandardContext, request: SystemRequest): Promise<readonly ArtifactRef[]> {
  if (typeof (context.derivative.system ?? request.system ?? '') === 'string') return [];
  return Object.values((await buildSystem(context, request)).content);
}

