import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseChallenges } from '../../src/auth/challenge.ts';
import { scopeTexts } from '../../src/auth/scope.ts';

function plain(header: string): readonly [string, Record<string, string>][] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe('a challenge', () => {
  test.each<[string, [string, Record<string, string>][]]>([
    ['', []],
    ['Basic realm="Registry Realm"', [['basic', { realm: 'Registry Realm' }]]],
    ['Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"', [['bearer', { realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:a/b:pull,push' }]]],
    ['BEARER Realm=https://x/t , error="insufficient_scope"', [['bearer', { realm: 'https://x/t', error: 'insufficient_scope' }]]],
    ['Negotiate, Basic realm="a, b=\\"c\\"", Bearer realm="d"', [['negotiate', {}], ['basic', { realm: 'a, b="c"' }], ['bearer', { realm: 'd' }]]],
    ['Basic', [['basic', {}]]],
    ['realm="x"', []],
    ['Bearer realm="not ended', [['bearer', { realm: '' }]]],
    [',,, Basic realm=x', [['basic', { realm: 'x' }]]],
  ])('%s', (header, expected) => {
    expect(plain(header)).toEqual(expected);
  });

  it('of any text ends', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '=', '"', ',', ' ', '\\', 'Basic', ':') }), (header) => void parseChallenges(header)), { numRuns: 3000 });
  });
});

describe('scopes', () => {
  it('have the own actions and the wanted ones together, in a fixed order', () => {
    expect(scopeTexts([{ repository: 'b', actions: ['push', 'pull'] }, { repository: 'a', actions: ['pull'] }], 'repository:a:push,pull registry:catalog:*')).toEqual(['registry:catalog:*', 'repository:a:pull,push', 'repository:b:pull,push']);
  });
});
