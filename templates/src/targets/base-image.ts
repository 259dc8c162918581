import { CosError, type ArtifactRef } from '@cos/core';
import type { ContainerImage, RootfsArchive } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import type { TargetCode } from '../codes.ts';
import type { StandardContext } from './context.ts';

// Where the base image of a distribution comes from. The preset says it by the value `base`; nothing else is tried.

const texts = z._default(z.array(z.string()), []);

const baseSchema = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('mmdebstrap'),
    suite: z.string(),
    variant: z.optional(z.enum(['custom', 'essential', 'apt', 'minbase', 'required', 'important', 'standard'])),
    components: z._default(z.array(z.string()), ['main']),
    /** Empty: the default mirror of the program. */
    mirrors: texts,
    /** Files or folders of the workspace with the keys of the mirrors. Empty: those that the host has for the suite. */
    keyrings: texts,
    packages: texts,
    /** Packages that are kept as files in /var/cache/cos/pool. */
    pool: texts,
    /** Paths that the package manager leaves out. */
    pathExcludes: texts,
  }),
  z.object({ from: z.literal('registry'), reference: z.optional(z.string()) }),
  /** What the container engine has under that name. */
  z.object({ from: z.literal('engine'), reference: z.optional(z.string()) }),
  z.object({ from: z.literal('archive'), path: z.string(), sha256: z.optional(z.string()) }),
  z.object({
    from: z.literal('folder'),
    path: z.string(),
    attributes: z.optional(z.record(z.string(), z.strictObject({ mode: z.optional(z.string()), uid: z.optional(z.number()), gid: z.optional(z.number()) }))),
  }),
]);

type Base = z.output<typeof baseSchema>;
/** Those that begin with a root filesystem. */
type RootfsBase = Extract<Base, { from: 'archive' | 'folder' | 'mmdebstrap' }>;

const knownKeys: ReadonlySet<string> = new Set(baseSchema.def.options.flatMap((option) => Object.keys(option.shape)));

/** An overlay that chooses another origin leaves keys of the first one behind: those are passed over, others are mistakes. */
function unknownKeys(base: unknown): readonly string[] {
  return typeof base === 'object' && base !== null ? Object.keys(base).filter((key) => !knownKeys.has(key)) : [];
}

/** Makes the tasks of the base image that recipes name by `reference`. `plain`: values say nothing of where it comes from. */
export function baseImage(context: StandardContext, reference: string, plain = false): ArtifactRef<ContainerImage> {
  if (plain) return namedImage(context, reference);
  if (reference !== context.values['image']) return pulledImage(context, reference);
  const base = checkBase(context, reference);
  switch (base.from) {
    case 'registry':
      return pulledImage(context, base.reference ?? reference);
    case 'engine':
      return namedImage(context, base.reference ?? reference);
    case 'archive':
    case 'folder':
    case 'mmdebstrap':
      return context.use['docker-build'].base({ name: reference, inputs: { rootfs: rootfsOf(context, reference, base) } }).image;
    default:
      return base satisfies never;
  }
}

/** The root filesystem that the derivative's base image is made of. */
export function baseRootfs(context: StandardContext): ArtifactRef<RootfsArchive> {
  const reference = String(context.values['image']);
  const base = checkBase(context, reference);
  if (base.from !== 'engine' && base.from !== 'registry') return rootfsOf(context, reference, base);
  throw new CosError({
    code: 'COS_PLAN_BASE' satisfies TargetCode,
    severity: 'error',
    message: `The base "${reference}" is an image of ${base.from === 'engine' ? 'the container engine' : 'a registry'}, "${base.reference ?? reference}": it has no root filesystem of its own.`,
    hint: 'Its digest is pinned in cos.lock already.',
  });
}

function checkBase({ values }: StandardContext, reference: string): Base {
  const parsed = z.safeParse(baseSchema, values['base']);
  const unknown = unknownKeys(values['base']);
  if (parsed.success && unknown.length === 0) return parsed.data;
  throw new CosError({
    code: 'COS_PLAN_BASE' satisfies TargetCode,
    severity: 'error',
    message: `The value "base" does not say where the base image "${reference}" comes from.`,
    notes: [
      ...(parsed.error?.issues ?? []).map((issue) => ({ message: `${['base', ...issue.path].join('.')}: ${issue.message}` })),
      ...unknown.map((key) => ({ message: `base.${key}: unknown key` })),
    ],
    hint: 'Use { from: "mmdebstrap", suite }, { from: "registry" }, { from: "engine" }, { from: "archive", path } or { from: "folder", path }.',
  });
}

function rootfsOf(context: StandardContext, reference: string, base: RootfsBase): ArtifactRef<RootfsArchive> {
  const { use, source } = context;
  switch (base.from) {
    case 'archive':
      return use['docker-build'].unpack({ name: reference, inputs: { archive: source(base.path) }, options: base.sha256 === undefined ? {} : { sha256: base.sha256 } }).rootfs;
    case 'folder':
      return use['docker-build'].pack({ name: reference, inputs: { folder: source(base.path) }, options: base.attributes === undefined ? {} : { attributes: base.attributes } }).rootfs;
    case 'mmdebstrap':
      return bootstrappedRootfs(context, reference, base);
    default: {
      const never: never = base;
      return never;
    }
  }
}

/** The packages that go in are those that cos.lock names: by the derivative, because each may have another base, and by the architecture. */
function bootstrappedRootfs({ use, source, derivative, platform }: StandardContext, reference: string, base: Extract<Base, { from: 'mmdebstrap' }>): ArtifactRef<RootfsArchive> {
  const { from: _, pathExcludes, keyrings, variant, ...rest } = base;
  const content = variant === undefined ? rest : { ...rest, variant };
  const pinned = use['docker-build'].packages(`${derivative.name}/${platform.replace(/^linux\//, '')}`, { ...content, keyrings, platform });
  return use['docker-build'].bootstrap({ name: reference, inputs: { keyrings: keyrings.map((path) => source(path)) }, options: { ...content, pathExcludes, pinned } }).rootfs;
}

/** An image by its name alone: the one that the engine has, else the one of a registry; pinned in either case. */
function namedImage({ use }: StandardContext, reference: string): ArtifactRef<ContainerImage> {
  const pin = use['docker-build'].named(reference);
  return 'digest' in pin
    ? use['docker-build'].pull({ name: reference, inputs: {}, options: { reference, digest: pin.digest } }).image
    : use['docker-build'].local({ name: reference, inputs: {}, options: { reference, content: pin.content } }).image;
}

function pulledImage({ use }: StandardContext, reference: string): ArtifactRef<ContainerImage> {
  const digest = use['docker-build'].digest(reference);
  return use['docker-build'].pull({ name: reference, inputs: {}, options: { reference, digest } }).image;
}
