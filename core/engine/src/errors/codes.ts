// Every code of the engine with its meaning in one line. docs/errors.md has a section for each; a test compares both ways. Plugins have a table of the
// same form (`src/codes.ts`), which the same test reads.

export const codes = {
  // The command line.
  COS_REQUEST_UNKNOWN_COMMAND: 'The word after `cos` is neither a command of the engine nor of a configured plugin.',
  COS_REQUEST_UNKNOWN_TARGET: 'The config declares no target of that name.',
  COS_REQUEST_UNKNOWN_FLAG: 'A flag is not known to the command or to the target.',
  COS_REQUEST_INVALID_VALUE: 'The value of a flag or of a parameter is not of the expected form.',
  COS_REQUEST_MISSING_VALUE: 'A flag or a required parameter has no value.',
  COS_REQUEST_EXTRA_WORD: 'The command line has a word that nothing takes.',
  COS_REQUEST_NOT_SHARED: 'Several targets are asked for and a parameter is not known to all of them.',
  COS_REQUEST_UNKNOWN_DERIVATIVE: 'The config declares no derivative of that name.',
  COS_REQUEST_UNKNOWN_PLATFORM: 'No selected derivative is declared for that platform.',
  COS_REQUEST_UNKNOWN_TASK: 'No target plans a task of that key.',
  // The config file.
  COS_CONFIG_NOT_FOUND: 'No `cos.config.*` is in the folder or above it.',
  COS_CONFIG_UNREADABLE: 'The config file or a values file cannot be read.',
  COS_CONFIG_SYNTAX: 'The config file, or a module that it imports, is not valid JavaScript or TypeScript.',
  COS_CONFIG_IMPORT: 'A module that the config imports is not there or does not export what is asked of it.',
  COS_CONFIG_THREW: 'The code of the config file threw while it was loaded.',
  COS_CONFIG_FALLBACK: 'The config uses syntax that Node cannot load; a slower loader took over.',
  COS_CONFIG_NO_DEFAULT: 'The config file has no default export that is a config.',
  COS_CONFIG_SHAPE: 'A field of the config is missing or of the wrong type.',
  COS_CONFIG_UNKNOWN_FIELD: 'The config, a derivative or a target has a field that cos does not know.',
  COS_CONFIG_DUPLICATE: 'Two derivatives have the same name.',
  COS_CONFIG_PATH: 'A path of the config leaves the workspace, is absolute, or overlaps with another one.',
  COS_CONFIG_PARAMETER: 'A parameter of a target or of a command is not well declared.',
  COS_CONFIG_VALUES: 'Values cannot be read or overlaid: not YAML, not a map, or not plain data.',
  COS_CONFIG_VALUES_TYPE: 'Values replace a map by something else, or something else by a map.',
  COS_CONFIG_SET: 'The argument of `--set` is not of the form `path=value`.',
  COS_CONFIG_SET_UNKNOWN: 'The path of `--set` starts with a key that no other layer of values has.',
  // Plugins.
  COS_PLUGIN_INVALID: 'A member of `plugins` is not a configured plugin, or its definition is not well formed.',
  COS_PLUGIN_API_VERSION: 'The plugin is made for another version of the plugin interface.',
  COS_PLUGIN_DUPLICATE: 'Two plugins, or two commands of plugins, have the same name.',
  COS_PLUGIN_OPTIONS: "The options of a plugin do not fit the plugin's schema.",
  COS_PLUGIN_THREW: 'The code of a plugin threw: this is a mistake in the plugin.',
  COS_PLUGIN_KIND_CONFLICT: 'Two plugins mean different things by one name of an artifact kind.',
  COS_PLUGIN_PREFLIGHT: 'The host lacks something that a plugin needs.',
  // Planning.
  COS_PLAN_UNKNOWN_PLUGIN: 'A target uses a plugin that is not in `plugins`.',
  COS_PLAN_UNKNOWN_MEMBER: 'A target uses a stage, planner or pin that the plugin does not have.',
  COS_PLAN_TARGET_THREW: 'The `plan` function of a target threw.',
  COS_PLAN_RESULT: 'The `plan` function of a target returned something else than references.',
  COS_PLAN_CLOSED: 'A stage was called after the `plan` function had returned.',
  COS_PLAN_TASK_NAME: 'The name of a task is missing or has characters that a key cannot have.',
  COS_PLAN_CONFLICT: 'Two stage calls of one name differ in inputs or options.',
  COS_PLAN_INPUT: 'An input of a stage call is missing, unknown, or of another kind or number than the port takes.',
  COS_PLAN_FOREIGN_REFERENCE: 'An input is not a reference that this plan made.',
  COS_PLAN_OPTIONS: "The options of a stage or planner call do not fit the schema.",
  COS_PLAN_NOT_JSON: 'An option is not plain data.',
  COS_PLAN_CALL: 'A stage call has a field that it does not take.',
  COS_PLAN_SOURCE: 'A source is not a path of a file or folder in the workspace.',
  COS_PLAN_READ: 'A planner read a path that is missing, unreadable, too large or outside of the workspace.',
  COS_PLAN_PLANNER_THREW: 'A planner of a plugin threw: this is a mistake in the plugin.',
  COS_PLAN_EFFECT: 'A stage that publishes would run as a by-product.',
  COS_PLAN_OUTPUT_PATH: 'The path of a named output is absolute, leaves the output folder, or is not portable.',
  COS_PLAN_OUTPUT_COLLISION: 'Two named outputs have the same path, or one lies inside of the other.',
  COS_PLAN_PATH_IN_OPTION: 'An option names an existing path of the workspace, whose content the fingerprint does not see.',
  COS_PLAN_PIN_MISSING: 'A pin is not in cos.lock, and the lock is frozen.',
  COS_PLAN_PIN_FAILED: 'Looking up a pin failed.',
  COS_PLAN_LOCK: 'cos.lock cannot be read or is not well formed.',
  // Stores of external kinds.
  COS_STORE_MISSING: 'No configured plugin brings a store for an external artifact kind.',
} as const;

/** A code of the engine. Plugins' codes are any text of the form `COS_<AREA>_<PROBLEM>`. */
export type Code = keyof typeof codes;
