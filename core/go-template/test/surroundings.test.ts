// A template sees of the world what it is given, and nothing else.
import { describe, expect, it } from 'vitest';
import { compileTemplate, mergeValues, parseGoYaml, renderTemplate, toJavaScript } from '../src/index.ts';
import type { RenderOptions } from '../src/index.ts';
import { createRandom } from './support/vectors.ts';

describe('env and expandenv', () => {
  it('see no variable of the process', () => {
    expect(render('[{{ env "PATH" }}][{{ expandenv "$HOME/${USER}" }}]')).toBe('[][/]');
  });

  it('see the variables that are passed in', () => {
    const env = { HOME: '/root', ARCH: 'x' };
    expect(render('{{ env "ARCH" }} {{ expandenv "${HOME}/$ARCH-$NONE" }}', { env })).toBe('x /root/x-');
  });

  it('report every name that was asked for, also of variables that are not there', () => {
    const read: string[] = [];
    render('{{ env "A" }}{{ expandenv "$B ${C}" }}{{ if false }}{{ env "D" }}{{ end }}', { env: { A: '1' }, onEnvRead: (name) => read.push(name) });
    expect(read).toEqual(['A', 'B', 'C']);
  });

  it('do not find what is inherited by every object', () => {
    expect(render('[{{ env "constructor" }}{{ env "__proto__" }}]')).toBe('[]');
  });
});

describe('the time', () => {
  it('is refused when none was passed in', () => {
    for (const source of ['{{ now }}', '{{ date "2006" "x" }}', '{{ ago 0 }}']) {
      expect(renderTemplate(source)).toMatchObject({ ok: false, error: { code: 'refused', hint: 'Pass the time in the option `now`.' } });
    }
  });

  it('is the one that was passed in', () => {
    const now = new Date('2026-11-21T10:20:30.5Z');
    expect(render('{{ now | date "2006-01-02 15:04:05.000" }} {{ ago (toDate "2006-01-02" "2026-11-21") }} {{ now }}', { now })).toBe(
      '2026-11-21 10:20:30.500 10h20m31s 2026-11-21 10:20:30.5 +0000 UTC',
    );
  });
});

describe('randomness', () => {
  it.each(['randAlphaNum 5', 'uuidv4', 'shuffle "ab"', 'randBytes 3', 'genPrivateKey "ecdsa"', 'randInt 1 5', 'encryptAES "k" "t"'])('is refused for %s without a source', (call) => {
    expect(renderTemplate(`{{ ${call} }}`)).toMatchObject({ ok: false, error: { code: 'refused', hint: 'Pass one in the option `random`.' } });
  });

  it('depends on the source only', () => {
    const source = '{{ randAlphaNum 20 }} {{ uuidv4 }} {{ shuffle "abcdef" }} {{ randInt 3 9 }}';
    const [first, second, other] = [1, 1, 2].map((seed) => render(source, { random: createRandom(seed) }));
    expect(first).toBe(second);
    expect(first).not.toBe(other);
    expect(first).toMatch(/^[A-Za-z0-9]{20} [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} [a-f]{6} [3-8]$/);
  });

  it('that repeats itself is noticed', () => {
    expect(renderTemplate('{{ randAlpha 3 }}', { random: (size) => new Uint8Array(size).fill(255) })).toMatchObject({ ok: false, error: { code: 'execute' } });
  });
});

describe('what a template must not do', () => {
  it.each(['genCA "a" 1', 'genSelfSignedCert "a" nil nil 1', 'genSignedCert "a"', 'buildCustomCert "a" "b"', 'getHostByName "localhost"', 'bcrypt "a"', 'htpasswd "a" "b"', 'genPrivateKey "rsa"'])('%s is refused with a reason', (call) => {
    const result = renderTemplate(`{{ ${call} }}`, { random: createRandom(), now: new Date(0) });
    expect(result).toMatchObject({ ok: false, error: { code: 'refused' } });
    expect(!result.ok && result.error.hint).toBeTruthy();
  });
});

describe('values', () => {
  it('are not changed by a template', () => {
    const read = parseGoYaml('a: 1\nm: {b: 2}\n');
    if (!read.ok) throw new Error(read.error.message);
    expect(render('{{ $_ := set .Values "a" 5 }}{{ .Values.a }}', { values: read.value })).toBe('5');
    expect(toJavaScript(read.value)).toEqual({ a: 1, m: { b: 2 } });
    const plain = { m: { b: 2 } };
    const compiled = compileTemplate('{{ $_ := unset .Values "m" }}{{ .Values }}');
    expect(compiled.ok && compiled.value.render({ values: plain })).toEqual({ ok: true, value: 'map[]' });
    expect(plain).toEqual({ m: { b: 2 } });
  });

  it('may be plain data: whole numbers are integers, nested objects are maps that are no dicts', () => {
    const values = { i: 3, f: 1.5, big: 2n ** 64n - 1n, none: null, missing: undefined, l: [1, 'a'], m: { k: true } };
    expect(render('{{ range $k, $v := .Values }}{{ $k }}={{ typeOf $v }} {{ end }}', { values })).toBe(
      'big=uint64 f=float64 i=int l=[]interface {} m=map[interface {}]interface {} missing=<nil> none=<nil> ',
    );
  });

  it('with names of the prototype are ordinary keys', () => {
    const read = parseGoYaml('__proto__: {a: 1}\nconstructor: c\n');
    if (!read.ok) throw new Error(read.error.message);
    expect(render('{{ index .Values "__proto__" }} {{ .Values.constructor }} {{ .Values.toString }}', { values: mergeValues(read.value) })).toBe('map[a:1] c <no value>');
    expect(Object.keys(toJavaScript(read.value) as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

function render(source: string, options: RenderOptions = {}): string {
  const result = renderTemplate(source, options);
  if (!result.ok) throw result.error;
  return result.value;
}
