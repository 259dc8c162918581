import { createPrivateKey, createPublicKey, generateKeyPair as generate, randomBytes, scrypt, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import nacl from 'tweetnacl';
import { decodeBase64, readPem, writePem } from './pem.ts';
import { TrustError } from '../trust-error.ts';

// Key files as cosign makes and reads them: an EC P-256 key in PKCS#8, sealed with NaCl's secretbox under a key that scrypt derives from the password,
// as base64 JSON in PEM.

export interface KeyPair {
  /** PEM text of the sealed private key. */
  readonly privateKey: string;
  /** PEM text of the public key (SubjectPublicKeyInfo). */
  readonly publicKey: string;
}

const LABEL = 'ENCRYPTED SIGSTORE PRIVATE KEY';
/** The label of older cosign versions and of skopeo. */
const OLD_LABEL = 'ENCRYPTED COSIGN PRIVATE KEY';
const COST = { N: 65_536, r: 8, p: 1 };
const SALT_BYTES = 32;

/** Makes a new key pair. The password may be empty, which protects nothing. */
export async function generateKeyPair(password: string): Promise<KeyPair> {
  const pair = await promisify(generate)('ec', { namedCurve: 'P-256' });
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const sealed = nacl.secretbox(pair.privateKey.export({ type: 'pkcs8', format: 'der' }), nonce, await derive(password, salt, COST));
  const content = {
    kdf: { name: 'scrypt', params: COST, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(sealed).toString('base64'),
  };
  return { privateKey: writePem(LABEL, Buffer.from(JSON.stringify(content))), publicKey: publicPem(pair.publicKey) };
}

/** Opens a private key. `where` names the file in messages. Throws TrustError `key` or `password`. */
export async function openPrivateKey(pem: string, password: string, where: string): Promise<KeyObject> {
  const block = readPem(pem);
  if (block === undefined) throw badKey(where, 'no PEM block, or its base64 is damaged', `"-----BEGIN ${LABEL}-----"`);
  if (block.label !== LABEL && block.label !== OLD_LABEL) throw badKey(where, `"${block.label}"`, `"${LABEL}"`);
  const { cost, salt, nonce, ciphertext } = readSealed(block.bytes.toString('utf8'), where);
  const opened = nacl.secretbox.open(ciphertext, nonce, await derive(password, salt, cost));
  if (opened === null) {
    throw new TrustError('password', `The password does not open the private key ${where}.`, { hint: 'Give the password with which the key was made; a key file that was changed looks the same.' });
  }
  const key = parseKey(() => createPrivateKey({ key: Buffer.from(opened), type: 'pkcs8', format: 'der' }));
  if (key === undefined || !isP256(key)) throw badKey(where, 'another kind of key', 'an EC key on the curve P-256');
  return key;
}

/** Reads a public key. Throws TrustError `key`. */
export function readPublicKey(pem: string, where: string): KeyObject {
  const block = readPem(pem);
  if (block === undefined || block.label !== 'PUBLIC KEY') throw badKey(where, block === undefined ? 'no PEM block, or its base64 is damaged' : `"${block.label}"`, '"-----BEGIN PUBLIC KEY-----"');
  const key = parseKey(() => createPublicKey({ key: block.bytes, type: 'spki', format: 'der' }));
  if (key === undefined || !isP256(key)) throw badKey(where, 'another kind of key', 'an EC key on the curve P-256');
  return key;
}

/** The public half of a private key as PEM text. */
export function publicPem(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return writePem('PUBLIC KEY', half.export({ type: 'spki', format: 'der' }));
}

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

interface Sealed {
  readonly cost: Cost;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
}

function readSealed(json: string, where: string): Sealed {
  const content = parseJson(json);
  if (content === undefined) throw badKey(where, 'content that is damaged', 'JSON');
  const kdf = field(content, 'kdf');
  const cipher = field(content, 'cipher');
  const params = field(kdf, 'params');
  const cost = { N: Number(field(params, 'N')), r: Number(field(params, 'r')), p: Number(field(params, 'p')) };
  const [salt, nonce, ciphertext] = [field(kdf, 'salt'), field(cipher, 'nonce'), field(content, 'ciphertext')].map((value) => (typeof value === 'string' ? decodeBase64(value) : undefined));
  if (field(kdf, 'name') !== 'scrypt' || field(cipher, 'name') !== 'nacl/secretbox') throw badKey(where, 'another cipher', 'scrypt with nacl/secretbox');
  if (!isSaneCost(cost)) throw badKey(where, 'scrypt parameters out of bounds', `N ${COST.N}, r ${COST.r}, p ${COST.p}`);
  if (salt === undefined || nonce?.length !== nacl.secretbox.nonceLength || ciphertext === undefined) {
    throw badKey(where, 'a salt, nonce or ciphertext that is damaged', 'base64 of their lengths');
  }
  return { cost, salt, nonce, ciphertext };
}

/** A hostile file must not make scrypt take memory without bound (128 * N * r bytes). */
function isSaneCost({ N, r, p }: Cost): boolean {
  return [14, 15, 16, 17, 18].some((bits) => N === 2 ** bits) && r === COST.r && Number.isInteger(p) && p >= 1 && p <= 4;
}

async function derive(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    scrypt(password, salt, nacl.secretbox.keyLength, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller finds no field in nothing and tells that the file is damaged.
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}

function parseKey(parse: () => KeyObject): KeyObject | undefined {
  try {
    return parse();
  } catch {
    // The message of the parser may quote key bytes; the caller tells which file is damaged.
    return undefined;
  }
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function badKey(where: string, found: string, expected: string): Error {
  return new TrustError('key', `The key file ${where} cannot be used: expected ${expected}, found ${found}.`, { hint: '`cos keys generate` makes a new pair of keys.' });
}
