// .luet.yaml beside a tree.
import { describe, expect, it } from 'vitest';
import { formatProblem, readClientFile } from '../../src/index.ts';

const read = (text: string) => {
  const { repositories, problems } = readClientFile(text, '.luet.yaml');
  return { repositories, problems: problems.map((one) => `${one.severity} ${formatProblem(one)}`) };
};

describe('the repositories of a client', () => {
  it('are read in their order, with defaults', () => {
    const { repositories, problems } = read(`
logging: {color: false}
repositories:
- &cos
  name: cos
  description: "cOS official"
  type: docker
  enable: true
  cached: true
  priority: 1
  verify: false
  urls: [quay.io/costoolkit/releases-green]
- <<: *cos
  name: arm
  arch: arm64
  enable: false
  reference: 20220101000000-repository.yaml
  priority: -1
- {Name: local, type: disk, urls: [./build, /srv/build]}
`);
    expect(problems).toEqual([]);
    const cos = { description: 'cOS official', type: 'docker', enable: true, cached: true, priority: 1, verify: false, urls: ['quay.io/costoolkit/releases-green'], arch: '', reference: '' };
    expect(repositories).toMatchObject([
      { ...cos, name: 'cos', at: { line: 5 } },
      { ...cos, name: 'arm', arch: 'arm64', enable: false, reference: '20220101000000-repository.yaml', priority: -1 },
      { name: 'local', description: '', type: 'disk', urls: ['./build', '/srv/build'], enable: false, cached: false, priority: 0, verify: false, arch: '', reference: '' },
    ]);
  });

  it('are none in a file without them', () => {
    expect(read('general: {debug: true}\n')).toEqual({ repositories: [], problems: [] });
    expect(read('')).toEqual({ repositories: [], problems: [] });
  });
});

describe('an entry that cannot be used', () => {
  it('is left out, and the others stay', () => {
    const { repositories, problems } = read('repositories:\n- {name: a, type: docker}\n- {name: b, type: ftp, urls: [x]}\n- {type: http, urls: [x]}\n- {name: c, type: http, urls: [x], priority: high}\n- text\n- {name: good, type: http, urls: [x]}\n');
    expect(repositories.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toEqual([
      'error .luet.yaml:2:3: LUET_MISSING_KEY: repositories[0] has no urls',
      'error .luet.yaml:3:19: LUET_BAD_FORMAT: repositories[1] is of no known type; expected disk, http or docker; found ftp',
      'error .luet.yaml:4:3: LUET_MISSING_KEY: repositories[2] has no name',
      'error .luet.yaml:5:46: LUET_WRONG_TYPE: repositories[3].priority must be a whole number; expected a whole number',
      'error .luet.yaml:6:3: LUET_WRONG_TYPE: repositories[4] must be a mapping; expected a mapping; found text',
    ]);
  });

  it('may be only misspelt, or have what is not read here', () => {
    const { repositories, problems } = read('repositries: []\nrepositories:\n- {name: a, type: http, url: [x], urls: [x], auth: {token: secret}}\n');
    expect(repositories).toHaveLength(1);
    expect(JSON.stringify(repositories)).not.toContain('secret');
    expect(problems).toEqual([
      'warning .luet.yaml:1:1: LUET_UNKNOWN_KEY: unknown key "repositries" (did you mean "repositories"?)',
      'warning .luet.yaml:3:25: LUET_UNKNOWN_KEY: unknown key "url" in repositories[0] (did you mean "urls"?)',
      'warning .luet.yaml:3:46: LUET_NO_EFFECT: credentials of repositories[0] are not read (log in with the tool that knows the registry)',
    ]);
  });

  it('is one with a syntax error, at its place', () => {
    expect(read('repositories:\n- name: "cos\n').problems).toEqual([expect.stringMatching(/^error \.luet\.yaml:2:9: LUET_YAML_SYNTAX: the " has no end/)]);
  });
});
