// Public entry. Re-exports only.

export { createRegistry } from './create-registry.ts';
export type { RegistryOptions } from './create-registry.ts';
export type { BlobRequest, BlobUpload, CallOptions, ManifestUpload, PlatformOptions, PushedBlob, Registry } from './registry.ts';
export { RegistryError } from './registry-error.ts';
export type { RegistryErrorCode, RegistryProblem, Subject } from './registry-error.ts';
export { formatReference, parseReference, parseRepository } from './reference/reference.ts';
export type { Reference, Repository } from './reference/reference.ts';
export { digestOf, isDigest } from './digest.ts';
export { anonymous, fixedAuth } from './auth/credentials.ts';
export type { AuthProvider, Credentials } from './auth/credentials.ts';
export type { Clock } from './http/clock.ts';
export type { ProxySettings, Timeouts } from './http/connections.ts';
export type { RetryPolicy } from './http/retry.ts';
export type { HostTls, TlsOptions } from './http/tls-settings.ts';
export type { Descriptor } from './manifest/descriptor.ts';
export type { ImageConfig } from './manifest/image-config.ts';
export { readManifest } from './manifest/manifest.ts';
export type { ImageIndex, ImageManifest, Manifest } from './manifest/manifest.ts';
export { isImageType, isIndexType, mediaTypes } from './manifest/media-types.ts';
export { formatPlatform, parsePlatform, selectPlatform } from './manifest/platform.ts';
export type { Platform } from './manifest/platform.ts';
export type { PulledConfig, PulledImage } from './pull/choose-image.ts';
export type { PulledManifest } from './pull/pull-manifest.ts';
export { bytesContent, describeContent, emptyContent, fileContent } from './push/content.ts';
export type { BlobContent } from './push/content.ts';
export type { PushOutcome } from './push/push-blob.ts';
