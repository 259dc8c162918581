// The one place that says what a step is.

/** A command of a recipe as it stands behind RUN in a Dockerfile; each line but the last of a command with several ends with a backslash. */
export type PackageStep = string;
