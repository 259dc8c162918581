import { CosError } from '../errors/cos-error.ts';

/** An expected failure because the host lacks something (a tool, an engine): the run ends with exit code 3. */
export class HostLacksError extends CosError {}
