import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { bundleToJSON } from '@sigstore/bundle';
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler, type HandlerFn } from '@sigstore/mock';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, MessageSignatureBundleBuilder, RekorWitness } from '@sigstore/sign';

/** An authority for certificates and a transparency log on the loopback, of sigstore's own making, and the trusted root that has them. */
export interface Sigstore extends AsyncDisposable {
  /** JSON. */
  readonly trustedRoot: string;
  /** The bundle of a statement or of bytes, signed by who an issuer says. */
  statement(payload: string, who?: Who, type?: string): Promise<string>;
  bytes(content: string, who?: Who): Promise<string>;
}

export interface Who {
  readonly sub: string;
  readonly iss: string;
}

export const release: Who = { sub: 'release@example.org', iss: 'https://issuer.example.org' };

export async function startSigstore(): Promise<Sigstore> {
  const makeKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const handlers = new Map<string, HandlerFn>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => void handlers.get(request.url ?? '')!(body).then(({ statusCode, response: text, contentType = 'text/plain' }) => response.writeHead(statusCode, { 'content-type': contentType }).end(typeof text === 'string' ? text : bytesOf(text))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const ctlog = await initializeCTLog(makeKey());
  const ca = await initializeCA(makeKey(), ctlog);
  const tlog = await initializeTLog(baseUrl, makeKey());
  for (const { path, fn } of [fulcioHandler(ca), rekorHandler(tlog)]) handlers.set(path, fn);

  const start = new Date(0);
  const logOf = (publicKey: Buffer, keyId: Buffer) => ({ baseUrl, hashAlgorithm: HashAlgorithm.SHA2_256, publicKey: { rawBytes: publicKey, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor: { start } }, logId: { keyId }, checkpointKeyId: undefined, operator: '' });
  const trustedRoot = TrustedRoot.toJSON({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(tlog.publicKey, createHash('sha256').update(tlog.publicKey).digest())],
    certificateAuthorities: [{ uri: baseUrl, subject: { organization: 'sigstore.mock', commonName: 'sigstore' }, certChain: { certificates: [{ rawBytes: bytesOf(ca.rootCertificate) }] }, validFor: { start }, operator: '' }],
    ctlogs: [logOf(ctlog.publicKey, bytesOf(ctlog.logID))],
    timestampAuthorities: [],
  });

  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const options = (who: Who) => ({
    signer: new FulcioSigner({ fulcioBaseURL: baseUrl, identityProvider: { getToken: async () => `${encode({ alg: 'none' })}.${encode({ aud: 'sigstore', ...who })}.x` } }),
    witnesses: [new RekorWitness({ rekorBaseURL: baseUrl, entryType: 'intoto' })],
  });
  return {
    trustedRoot: JSON.stringify(trustedRoot),
    statement: async (payload, who = release, type = 'application/vnd.in-toto+json') => JSON.stringify(bundleToJSON(await new DSSEBundleBuilder(options(who)).create({ data: Buffer.from(payload), type }))),
    bytes: async (content, who = release) => JSON.stringify(bundleToJSON(await new MessageSignatureBundleBuilder(options(who)).create({ data: Buffer.from(content) }))),
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
