// A small tree for the commands: two versions of one package, a chain, a package that is made of archives, templates.

export const tree = {
  'packages/templates/say.yaml': '{{ define "say" }}echo {{ . }}{{ end }}\n',
  'packages/base/definition.yaml': 'category: system\nname: base\nversion: "1.0"\ndescription: The ground\nlabels:\n  kind: ground\n',
  'packages/base/build.yaml': 'image: {{ .Values.image }}\nsteps:\n- {{ template "say" .Values.word }}\n',
  'packages/lib/collection.yaml': 'packages:\n- {category: app, name: lib, version: "1.9"}\n- {category: app, name: lib, version: "1.10", hidden: true}\n',
  'packages/lib/build.yaml': 'requires:\n- {category: system, name: base, version: ">=0"}\nsteps:\n- echo {{ .Values.version }} > /lib\n',
  'packages/tool/definition.yaml': 'category: app\nname: tool\nversion: "1.0"\nrequires:\n- {category: app, name: lib, version: ">=1.9"}\n',
  'packages/tool/build.yaml': 'requires:\n- {category: app, name: lib, version: ">=1.9"}\nprelude:\n- echo first\nsteps:\n- echo tool\n',
  'packages/os/definition.yaml': 'category: system\nname: os\nversion: "1.0"\n',
  'packages/os/build.yaml': 'requires_final_images: true\nrequires:\n- {category: app, name: tool, version: ">=0"}\nunpack: true\n',
  'values.yaml': 'image: base:1\nword: hello\n',
} as const;

/** The tree and its values, as the command line names them. */
export const args = { tree: ['packages'], values: ['values.yaml'] } as const;

/** A package that cannot be rendered, and one that stands on it. */
export const broken = {
  'packages/bad/definition.yaml': 'category: app\nname: bad\nversion: "1.0"\n',
  'packages/bad/build.yaml': 'image: base\nsteps:\n- {{ .Values.missing.deep }}\n',
  'packages/above/definition.yaml': 'category: app\nname: above\nversion: "1.0"\n',
  'packages/above/build.yaml': 'requires:\n- {category: app, name: bad, version: ">=0"}\nsteps:\n- echo above\n',
} as const;
