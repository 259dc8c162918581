import { formatPlatform, isImageType, type Registry } from '@cos/registry';
import { TrustError, verifyImage, type Policy } from '@cos/trust';
import type { Subject } from '../subject.ts';
import { problem } from '../problem.ts';
import { tellStatements, type ToldStatements } from './tell-statements.ts';

export interface VerifyImageSubjectRequest {
  readonly subject: Extract<Subject, { readonly kind: 'image' }>;
  readonly registry: Registry;
  readonly policy: Pick<Policy, 'keys' | 'identity' | 'signatures'>;
  readonly signal: AbortSignal;
}

/**
 * An image by its signature, or by signed statements of how it came to be: of an index, one for each image of it. What is attached is told in any case. Throws
 * CosError, TrustError and RegistryError.
 */
export async function verifyImageSubject({ subject: { repository, reference, shown }, registry, policy, signal }: VerifyImageSubjectRequest): Promise<readonly string[]> {
  const digest = (await registry.resolve(reference, { signal }))?.digest;
  if (digest === undefined) throw problem('COS_SIGN_NOT_FOUND', `There is no image ${shown}.`, 'Check the reference.');
  const { keys, identity, signatures = repository } = policy;
  const tell = async (one: string): Promise<ToldStatements> => tellStatements({ registry, repository: signatures, image: repository, digest: one, keys, ...(identity === undefined ? {} : { identity }), signal });
  const name = `${reference.tag === undefined ? repository : `${repository}:${reference.tag}`}@${digest}`;
  const own = await tell(digest);
  const parts: { readonly name: string; readonly told: ToldStatements }[] = [];
  const { manifest } = await registry.manifest(`${repository}@${digest}`, { signal });
  for (const entry of manifest.kind === 'index' ? manifest.manifests : []) {
    // What BuildKit puts beside images has no platform.
    if (!isImageType(entry.mediaType) || entry.platform?.os === 'unknown') continue;
    parts.push({ name: `${entry.platform === undefined ? '' : `${formatPlatform(entry.platform)} `}${entry.digest}`, told: await tell(entry.digest) });
  }
  const attached = [...own.lines, ...parts.flatMap(({ name: part, told }) => told.lines.map((line) => `${part}: ${line}`))];
  try {
    const { key, optional = {}, identity: signed } = await verifyImage({ registry, repository, digest, ...policy, signal });
    return [`good: ${name} is signed by the owner of ${key.name}`, ...(signed === repository ? [] : [`signed for ${signed}`]), ...Object.entries(optional).map(([what, value]) => `${what}: ${typeof value === 'string' ? value : JSON.stringify(value)}`), ...attached];
  } catch (error) {
    if (!(error instanceof TrustError) || error.code !== 'unsigned') throw error;
    if (own.madeBy !== undefined) return [`good: ${name} has a statement that is signed by the owner of ${own.madeBy}`, ...attached];
    const without = parts.filter(({ told }) => told.madeBy === undefined);
    const makers = [...new Set(parts.flatMap(({ told }) => told.madeBy ?? []))];
    if (without.length === 0 && makers.length > 0) return [`good: each image of ${name} has a statement that is signed by the owner of ${makers.join(' or ')}`, ...attached];
    if (makers.length === 0) throw error;
    throw new TrustError('unsigned', `${name} is not signed, and has images without a signed statement: ${without.map((part) => part.name).join(', ')}.`, { hint: 'Whoever publishes them signs them with `cos sign`, or publishes them with --attest.' });
  }
}
