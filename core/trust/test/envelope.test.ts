import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKeyPair, openEnvelope, openPrivateKey, sealEnvelope, statementType, trustedKey } from '../src/index.ts';
import { failureOf, temporaryFolder } from './rig.ts';

const keys = async (password = 'p') => {
  const pair = await generateKeyPair(password);
  return { pair, key: await openPrivateKey(pair.privateKey, password, 'cos.key'), trusted: trustedKey(pair.publicKey, 'cos.pub') };
};
const payload = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","ö":1}\n');

describe('an envelope', () => {
  test('verifies with openssl over the pre-authentication encoding of its specification', async () => {
    const { pair, key } = await keys();
    const folder = await temporaryFolder();
    const { payload: body, payloadType, signatures }: { readonly payload: string; readonly payloadType: string; readonly signatures: readonly { readonly sig: string }[] } = JSON.parse(sealEnvelope(payload, statementType, key));
    expect([Buffer.from(body, 'base64').toString(), payloadType]).toEqual([payload.toString(), 'application/vnd.in-toto+json']);
    writeFileSync(join(folder, 'pae'), `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload.toString()}`);
    writeFileSync(join(folder, 'sig'), Buffer.from(signatures[0]?.sig ?? '', 'base64'));
    writeFileSync(join(folder, 'pub'), pair.publicKey);
    expect(execFileSync('openssl', ['dgst', '-sha256', '-verify', 'pub', '-signature', 'sig', 'pae'], { cwd: folder, encoding: 'utf8' })).toBe('Verified OK\n');
  });

  test('gives what is in it to who trusts its signer, also one of several', async () => {
    const [own, other] = [await keys(), await keys()];
    const opened = openEnvelope(sealEnvelope(payload, statementType, own.key), [other.trusted, own.trusted], 'x.intoto.jsonl');
    expect([Buffer.from(opened.payload).toString(), opened.payloadType, opened.key.name]).toEqual([payload.toString(), statementType, 'cos.pub']);
  });

  test('is refused for every change: payload, type, signature, signer', async () => {
    const [own, other] = [await keys(), await keys()];
    const text = sealEnvelope(payload, statementType, own.key);
    const envelope: { payload: string; payloadType: string; signatures: { sig: string }[] } = JSON.parse(text);
    const open = (changed: object, trusted = own.trusted) => failureOf((async () => openEnvelope(JSON.stringify({ ...envelope, ...changed }), [trusted], 'x.intoto.jsonl'))());
    expect(await open({ payload: Buffer.from('{}').toString('base64') })).toMatchObject({ code: 'invalid', message: expect.stringContaining('x.intoto.jsonl') });
    expect(await open({ payloadType: 'text/plain' })).toMatchObject({ code: 'invalid' });
    expect(await open({}, other.trusted)).toMatchObject({ code: 'invalid' });
    expect(await open({ signatures: [{ sig: Buffer.from('nothing').toString('base64') }] })).toMatchObject({ code: 'invalid' });
    expect(await open({ signatures: [] })).toMatchObject({ code: 'unsigned' });
  });

  test('of another form is told as such', async () => {
    const { trusted } = await keys();
    for (const text of ['', 'null', '[]', '{}', '{"payload":1,"payloadType":"x","signatures":[]}', '{"payload":"e30=","payloadType":"x","signatures":{}}', '{"payload":"e30","payloadType":"x","signatures":[]}', '{"payload":"e30=","payloadType":"x","signatures":[{"sig":"?"}]}']) {
      expect(await failureOf((async () => openEnvelope(text, [trusted], 'x'))()), text).toMatchObject({ code: 'signature-file' });
    }
  });
});
