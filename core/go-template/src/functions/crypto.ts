// sprig: passwords and keys. What needs a network, or certificates with times and random numbers in them, is refused.
import { Buffer } from 'node:buffer';
import { loadCrypto } from '../node-crypto.ts';
import { fromBytes, toBytes } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { decodeBase64 } from './base64.ts';
import { Refusal } from './context.ts';
import type { FunctionContext } from './context.ts';
import { contextual, fn, variadic } from './define.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';
import { passwordCharacters, passwordTemplates } from './password-templates.ts';

export const crypto: FunctionTable = {
  derivePassword: contextual(['uint32', 'string', 'string', 'string', 'string'], ({ meter }, ...args) => {
    meter.reserve(derivationCost);
    return derivePassword(...args);
  }),
  encryptAES: contextual(['string', 'string'], encrypt),
  decryptAES: fn(['string', 'string'], decrypt),
  genPrivateKey: contextual(['string'], generateKey),
  htpasswd: refused('a password hash has random salt'),
  genCA: refused('a certificate has random numbers and the current time in it'),
  genSelfSignedCert: refused('a certificate has random numbers and the current time in it'),
  genSignedCert: refused('a certificate has random numbers and the current time in it'),
  buildCustomCert: refused('certificates are not supported'),
  getHostByName: refused('a template has no network'),
};

/** Since sprig 3.2. */
export const cryptoSince32: FunctionTable = {
  bcrypt: refused('a password hash has random salt'),
  genCAWithKey: refused('a certificate has random numbers and the current time in it'),
  genSelfSignedCertWithKey: refused('a certificate has random numbers and the current time in it'),
  genSignedCertWithKey: refused('a certificate has random numbers and the current time in it'),
};

/** It is slow on purpose. */
const derivationCost = 4_000_000;

function refused(reason: string): TemplateFunction {
  return variadic([], 'interface {}', () => {
    throw new Refusal(reason, 'Make the value outside and pass it in the values.');
  });
}

/** The Master Password algorithm, version 0. */
function derivePassword(counter: number, type: string, password: string, user: string, site: string): string {
  const templates = passwordTemplates[type];
  if (templates === undefined) return `cannot find password template ${type}`;
  const { createHmac, scryptSync } = loadCrypto();
  const key = scryptSync(toBytes(password), seedOf(user), 64, { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 });
  const seed = createHmac('sha256', key).update(Buffer.concat([seedOf(site), uint32(counter)])).digest();
  const template = templates[(seed[0] ?? 0) % templates.length] ?? '';
  return Array.from(template).map((letter, index) => {
    const characters = passwordCharacters[letter] ?? '';
    return characters[(seed[index + 1] ?? 0) % characters.length] ?? '';
  }).join('');
}

function seedOf(name: string): Buffer {
  const bytes = toBytes(name);
  return Buffer.concat([Buffer.from('com.lyndir.masterpassword'), uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/** AES-256-CBC with the password, cut or filled with zeros, as key; the initialisation vector comes first. */
function encrypt({ random }: FunctionContext, password: string, text: string): string {
  const start = Buffer.from(random(16));
  const cipher = loadCrypto().createCipheriv('aes-256-cbc', aesKey(password), start);
  return Buffer.concat([start, cipher.update(toBytes(text)), cipher.final()]).toString('base64');
}

function decrypt(password: string, encrypted: string): string {
  const bytes = decodeBase64(encrypted);
  if (typeof bytes === 'number') throw new GoPanic(`illegal base64 data at input byte ${bytes}`);
  if (bytes.length < 32 || bytes.length % 16 !== 0) throw new GoPanic('crypto/cipher: input not full blocks');
  const decipher = loadCrypto().createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  const padding = plain.at(-1) ?? 0;
  if (padding > plain.length) throw new GoPanic(`runtime error: slice bounds out of range [:${plain.length - padding}]`);
  return fromBytes(plain.subarray(0, plain.length - padding));
}

function aesKey(password: string): Buffer {
  const key = Buffer.alloc(32);
  toBytes(password).copy(key);
  return key;
}

function generateKey({ random }: FunctionContext, type: string): string {
  switch (type) {
    case 'ecdsa':
      return pem('EC PRIVATE KEY', ellipticKey(random));
    case 'ed25519':
      return pem('PRIVATE KEY', Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), random(32)]));
    case '':
    case 'rsa':
    case 'dsa':
      throw new Refusal(`a ${type === '' ? 'rsa' : type} key cannot be made from a source of random bytes`, 'Use the type ecdsa or ed25519, or pass a key in the values.');
    default:
      return `Unknown type ${type}`;
  }
}

/** RFC 5915, curve P-256. */
function ellipticKey(random: (size: number) => Uint8Array): Buffer {
  const secret = Buffer.from(random(32));
  // Below the order of the curve, and not zero.
  secret[0] = (secret[0] ?? 0) & 0x7f;
  secret[31] = (secret[31] ?? 0) | 1;
  const curve = loadCrypto().createECDH('prime256v1');
  curve.setPrivateKey(secret);
  const head = Buffer.from('30770201010420', 'hex');
  const parameters = Buffer.from('a00a06082a8648ce3d030107a14403420004', 'hex');
  return Buffer.concat([head, secret, parameters, curve.getPublicKey().subarray(1)]);
}

function pem(type: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
