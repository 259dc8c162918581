import { TrustError } from '@cos/trust';
import type { Subject } from '../subject.ts';
import { tellStatements } from './tell-statements.ts';
import { verifyRepository, type VerifyRepositoryRequest } from './verify-repository.ts';

/** A package repository of images, and what is stated of its index. Throws CosError, TrustError, ClientError and RegistryError. */
export async function verifyImageRepository(subject: Extract<Subject, { readonly kind: 'repository' }>, request: Omit<VerifyRepositoryRequest, 'subject'>): Promise<readonly string[]> {
  const { registry, policy, signal } = request;
  const { repository } = subject;
  const digestOf = async (): Promise<string | undefined> => (await registry.resolve(`${repository}:repository.yaml`, { signal }))?.digest;
  const digest = await digestOf();
  const lines = await verifyRepository({ ...request, subject });
  if (digest === undefined || digest !== (await digestOf())) throw new TrustError('invalid', `The index of ${repository} was replaced while it was verified.`, { hint: 'It is being published at this moment: try again.' });
  const { keys, identity, signatures = repository } = policy;
  const told = await tellStatements({ registry, repository: signatures, image: repository, digest, keys, ...(identity === undefined ? {} : { identity }), signal });
  return [...lines, ...told.lines];
}
