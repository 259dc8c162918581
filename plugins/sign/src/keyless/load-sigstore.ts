import type * as bundlePackage from '@sigstore/bundle';
import type * as specsPackage from '@sigstore/protobuf-specs';
import type * as verifyPackage from '@sigstore/verify';
import { problem } from '../problem.ts';

/** The packages of sigstore that verify. They are no dependencies: who never verifies a bundle needs none of them. */
export interface Sigstore {
  readonly bundle: typeof bundlePackage;
  readonly specs: typeof specsPackage;
  readonly verify: typeof verifyPackage;
}

/** Throws COS_SIGN_PACKAGE where one of them is not installed. `load`: for tests of that. */
export async function loadSigstore(load: () => Promise<Sigstore> = loadPackages): Promise<Sigstore> {
  try {
    return await load();
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (!isAbsent) throw error;
    throw problem('COS_SIGN_PACKAGE', 'The packages of sigstore that verify bundles are not installed.', 'npm install @sigstore/bundle @sigstore/protobuf-specs @sigstore/verify');
  }
}

async function loadPackages(): Promise<Sigstore> {
  const [bundle, specs, verify] = await Promise.all([import('@sigstore/bundle'), import('@sigstore/protobuf-specs'), import('@sigstore/verify')]);
  return { bundle, specs, verify };
}
