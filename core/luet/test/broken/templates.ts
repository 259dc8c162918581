// Recipes that cannot be rendered, or render to something else than meant.

import { definition } from './broken-tree.ts';
import type { BrokenTree } from './broken-tree.ts';

export const templates: readonly BrokenTree[] = [
  {
    name: 'an action without end',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- b\n- echo {{ .Values.name\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:4:8'],
  },
  {
    name: 'an action without end before another one',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- echo {{ .Values.name\n- echo {{ .Values.version }}\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:3:8'],
  },
  {
    name: 'an if without end',
    files: { 'base/build.yaml': 'image: x\nsteps:\n{{ if .Values.name }}\n- b\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:3:1'],
  },
  {
    name: 'an unknown function',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- echo {{ .Values.name | shout }}\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:3:26'],
    says: ['shout'],
  },
  {
    name: 'a key of a value that is not set',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- echo {{ .Values.kernel.name }}\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:3:18'],
  },
  {
    name: 'a value of another type than the recipe takes',
    values: ['kernel: linux\n'],
    files: { 'base/build.yaml': 'image: x\nsteps:\n- echo {{ .Values.kernel.name }}\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:3:18'],
  },
  {
    name: 'a value that is a text where a list is wanted',
    values: ['steps: make\n'],
    files: { 'base/build.yaml': 'image: x\nsteps: {{ .Values.steps }}\n' },
    expect: ['error LUET_WRONG_TYPE base/build.yaml:2:8'],
  },
  {
    name: 'a failure in a shared template that several recipes use',
    files: {
      'templates/a.yaml': '{{ define "install" }}\n- apt-get install {{ .Values.packages.list }}\n{{ end }}\n',
      'base/build.yaml': 'image: x\nsteps:\n{{ template "install" . }}\n',
      'other/definition.yaml': definition('other'),
      'other/build.yaml': 'image: x\nsteps:\n{{ template "install" . }}\n',
    },
    expect: ['error LUET_RENDER_FAILED templates/a.yaml:2:29'],
    says: ['base-t-1.0'],
  },
  {
    name: 'a syntax error in a shared template',
    files: { 'templates/a.yaml': '{{ define "a" }}\n- x\n{{ end }}\n', 'templates/b.yaml': '{{ define "b" }}\n{{ if }}\n- y\n{{ end }}{{ end }}\n' },
    expect: ['error LUET_RENDER_FAILED templates/b.yaml:2:7'],
  },
  {
    name: 'a shared template without end',
    files: { 'templates/a.yaml': '# all\n{{ define "a" }}\n- x\n' },
    expect: ['error LUET_RENDER_FAILED templates/a.yaml:2:1'],
  },
  {
    name: 'a shared template without end before another one',
    files: { 'templates/a.yaml': '{{ define "a" }}\n{{ if .x }}\n- x\n{{ end }}\n', 'templates/b.yaml': '{{define "b"}}\n- y\n{{end}}\n' },
    expect: ['error LUET_RENDER_FAILED templates/a.yaml:1:1'],
  },
  {
    name: 'a template that is defined twice',
    files: { 'templates/a.yaml': '{{ define "a" }}\n- x\n{{ end }}\n', 'templates/b.yaml': '\n{{ define "a" }}\n- y\n{{ end }}\n' },
    expect: ['error LUET_RENDER_FAILED templates/b.yaml:2:1'],
  },
  {
    name: 'a template that does not exist',
    files: { 'base/build.yaml': 'image: x\nsteps:\n{{ template "none" . }}\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:3:13'],
  },
  {
    name: 'a template that includes itself without end',
    files: { 'base/build.yaml': '{{ define "a" }}{{ template "a" . }}{{ end }}image: x\nsteps:\n{{ template "a" . }}\n' },
    expect: ['error LUET_RENDER_FAILED base/build.yaml:1:29'],
  },
  {
    name: 'a value that is not set and is printed',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- echo {{ .Values.nothing }}\n' },
    expect: ['warning LUET_NO_VALUE base/build.yaml:3:8'],
    says: ['<no value>'],
  },
  {
    name: 'a recipe that renders to broken YAML',
    values: ['image: "x: ["\n'],
    files: { 'base/build.yaml': 'image: {{ .Values.image }}\nsteps:\n- a\n' },
    expect: ['error LUET_YAML_SYNTAX base/build.yaml:1:9'],
  },
  {
    name: 'a finalizer that cannot be rendered',
    files: { 'base/finalize.yaml': 'install:\n- echo {{ .Values.labels.x.y }}\n' },
    expect: ['error LUET_RENDER_FAILED base/finalize.yaml:2:18'],
  },
];
