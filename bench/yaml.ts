// The door of the benchmarks to js-yaml: the least that could be done with a file of a tree is to read it and to parse it plainly.
export { load as parsePlainYaml } from 'js-yaml';
