import { resolve } from 'node:path';
import { defineCommand, type RunRequest } from '@cos/core';
import { publishParameters } from '../targets/standard-targets.ts';

/** `cos publish`: the target `publish` of the config; a folder is named as a shell does, from where one is. */
export const publish = defineCommand({
  description: 'build all packages and publish them: to a folder, or to a container registry',
  runs: true,
  parameters: { ...publishParameters, to: { ...publishParameters.to, description: 'a folder, or docker:host/path for an image repository; default: that of the config' } },
  handle({ args: { to, snapshot, replace, sign, attest, refresh, resetRevision, pull, push }, cwd }): Promise<RunRequest> {
    const place = to === undefined || to.startsWith('docker:') ? to : resolve(cwd, to);
    return Promise.resolve({ target: 'publish', parameters: { ...(place === undefined ? {} : { to: place }), ...(snapshot === undefined ? {} : { snapshot }), replace: [...replace], sign, attest, refresh, resetRevision, pull: [...pull], ...(push === undefined ? {} : { push }) } });
  },
});
