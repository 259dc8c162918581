// What other packages may use.

export { ClientError } from './client-error.ts';
export type { ClientErrorCode, ClientErrorDetails } from './client-error.ts';
export { diskTransport } from './repository/disk-transport.ts';
export { httpTransport } from './repository/http-transport.ts';
export type { HttpTransportOptions } from './repository/http-transport.ts';
export { imageTransport } from './repository/image-transport.ts';
export type { ImageTransportOptions } from './repository/image-transport.ts';
export type { PackageObject, Transport } from './repository/transport.ts';
export { openRepository } from './repository/open-repository.ts';
export type { OpenRepository, OpenRepositoryRequest } from './repository/open-repository.ts';
export type { PublishedPackage } from './repository/published-package.ts';
export { identityOf, labelOf } from './select/installed-package.ts';
export type { InstalledPackage, PendingFinalizer } from './select/installed-package.ts';
export { planChanges, planRemoval } from './select/plan-changes.ts';
export type { ChangeRequest, Changes, Offer } from './select/plan-changes.ts';
export { changeRoot, CONTENT_LIMITS } from './install/change-root.ts';
export type { ChangeRootRequest, RootEvent } from './install/change-root.ts';
export type { ContentLimits } from './install/scan-archive.ts';
export { lockFolder } from './root/lock.ts';
export { openRoot } from './root/root-folder.ts';
export type { Location, RootFolder } from './root/root-folder.ts';
export { readState } from './root/state.ts';
export type { RootState } from './root/state.ts';
