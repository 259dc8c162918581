import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatReference, parseReference, parseRepository, RegistryError } from '../src/index.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

describe('a reference', () => {
  test.each([
    ['debian', 'docker.io/library/debian'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['team/base', 'docker.io/team/base'],
    ['docker.io/debian', 'docker.io/library/debian'],
    ['index.docker.io/debian:12', 'docker.io/library/debian:12'],
    ['Docker.IO/team/base', 'docker.io/team/base'],
    ['localhost', 'docker.io/library/localhost'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['localhost/x', 'localhost/x'],
    ['localhost:5000/x', 'localhost:5000/x'],
    ['LOCALHOST:5000/x', 'localhost:5000/x'],
    ['127.0.0.1:5000/a/b/c:v1.2_3-4', '127.0.0.1:5000/a/b/c:v1.2_3-4'],
    ['[::1]:5000/x:1', '[::1]:5000/x:1'],
    ['[2001:DB8::1]/x', '[2001:db8::1]/x'],
    ['registry.example/x', 'registry.example/x'],
    ['host:443/x', 'host:443/x'],
    ['host/x', 'docker.io/host/x'],
    [`debian@${digest}`, `docker.io/library/debian@${digest}`],
    [`registry.example/x:1@${digest}`, `registry.example/x:1@${digest}`],
    [`x@sha512:${'0'.repeat(128)}`, `docker.io/library/x@sha512:${'0'.repeat(128)}`],
    ['a__b/c.d-e---f', 'docker.io/a__b/c.d-e---f'],
  ])('%s is %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full);
  });

  test.each([
    ['', 'name:tag or name@digest', 'nothing'],
    ['https://registry.example/x', 'a host without a scheme', 'https:// in front of it'],
    ['a b', 'printable ASCII without spaces', '" " at character 2'],
    ['Team/base', 'a repository in lower case', '"Team"'],
    ['registry.example/Base', 'a repository in lower case', '"Base"'],
    ['registry.example/', 'the path of a repository after the host', 'none'],
    ['a//b', 'path components between slashes', 'an empty one'],
    ['/b', 'path components between slashes', 'an empty one'],
    ['a/../b', 'path components of a-z and 0-9, separated by one ".", one or two "_", or any number of "-"', '".."'],
    ['a___b', 'path components of a-z and 0-9, separated by one ".", one or two "_", or any number of "-"', '"a___b"'],
    ['host:0/x', 'a host name or address with an optional port from 1 to 65535', '"host:0"'],
    ['host:65536/x', 'a host name or address with an optional port from 1 to 65535', '"host:65536"'],
    ['-host.example/x', 'a host name or address with an optional port from 1 to 65535', '"-host.example"'],
    ['user:secret@host/x', 'sha256: and 64 hexadecimal digits in lower case, or sha512: and 128', '"host/x"'],
    ['x:', 'a tag of at most 128 characters of A-Z a-z 0-9 _ . - that does not start with "." or "-"', 'an empty one'],
    ['x:.1', 'a tag of at most 128 characters of A-Z a-z 0-9 _ . - that does not start with "." or "-"', '".1"'],
    ['x:1+2', 'a tag of at most 128 characters of A-Z a-z 0-9 _ . - that does not start with "." or "-"', '"1+2"'],
    ['x@', 'sha256: and 64 hexadecimal digits in lower case, or sha512: and 128', 'an empty digest'],
    ['x@sha256:abc', 'sha256: and 64 hexadecimal digits in lower case, or sha512: and 128', '"sha256:abc"'],
    [`x@${digest.toUpperCase()}`, 'sha256: and 64 hexadecimal digits in lower case, or sha512: and 128', `"${digest.toUpperCase()}"`],
    ['ab'.repeat(32), 'the name of an image', 'the identifier of one'],
    [`r.example/${'a'.repeat(256)}`, 'a repository of at most 255 characters', '256 characters'],
  ])('%j is refused', (text, expected, found) => {
    expect(() => parseReference(text)).toThrow(RegistryError);
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'reference', expected, found }));
  });

  it('does not show a password that somebody wrote into it', () => {
    expect(() => parseReference('user:secret@host.example/x')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });

  it('is the same after it is written and read again, or refused', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9._-]{1,8}$/);
    const text = fc.tuple(fc.array(fc.oneof(part, fc.constantFrom('localhost', 'localhost:5000', '[::1]', 'docker.io', 'a.b')), { minLength: 1, maxLength: 4 }), fc.option(part), fc.boolean());
    fc.assert(
      fc.property(text, ([parts, tag, hasDigest]) => {
        const written = `${parts.join('/')}${tag === null ? '' : `:${tag}`}${hasDigest ? `@${digest}` : ''}`;
        let read;
        try {
          read = parseReference(written);
        } catch (error) {
          expect(error).toBeInstanceOf(RegistryError);
          return;
        }
        expect(parseReference(formatReference(read))).toEqual(read);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a repository', () => {
  it('has neither tag nor digest', () => {
    expect(parseRepository('localhost:5000/x')).toEqual({ registry: 'localhost:5000', repository: 'x' });
    expect(() => parseRepository('x:1')).toThrow(expect.objectContaining({ code: 'reference', found: 'the tag 1' }));
    expect(() => parseRepository(`x@${digest}`)).toThrow(expect.objectContaining({ code: 'reference', found: `the digest ${digest}` }));
  });
});
