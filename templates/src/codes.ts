/** Codes of the ready-made targets with their meaning in one line; docs/errors.md has a section for each. */
export const codes = {
  COS_PLAN_BASE: 'The values of a distribution do not say where its base image comes from.',
  COS_PLAN_SYSTEM: 'Nothing says what the system of a derivative is, or the package that it is has no content of its own.',
  COS_PLAN_IMAGE: 'A Dockerfile names something that cos makes, and there is no such thing.',
  COS_PLAN_NO_TREES: 'A package is asked for of a derivative that has neither trees nor packages.',
  COS_PLAN_PUBLISH: 'Nothing says where to publish to, or something has a tag that can have none.',
  COS_BUILD_REQUEST: 'A request to build names no package, or two things that exclude each other.',
  COS_BUILD_TREE: 'A tree of the command line lies outside of the folder that cos works in.',
  COS_CONFIG_STANDARD_TARGETS: 'The options of standardTargets have an unknown key or a value of another type.',
} as const;

export type TargetCode = keyof typeof codes;
