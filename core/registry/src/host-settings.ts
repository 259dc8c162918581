import { join } from 'node:path';
import { dockerAuth, type Variables } from './auth/docker-auth.ts';
import type { RegistryOptions } from './create-registry.ts';

/** What the credential helpers in use look at: pass, secretservice, ecr-login, gcr. */
const helperVariables: readonly string[] = [
  'PATH',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'GNUPGHOME',
  'GPG_TTY',
  'PASSWORD_STORE_DIR',
  'AWS_ACCESS_KEY_ID',
  'AWS_CONFIG_FILE',
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SHARED_CREDENTIALS_FILE',
  'GOOGLE_APPLICATION_CREDENTIALS',
];

const ownVariables: readonly string[] = ['DOCKER_CONFIG', 'HOME', 'REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR', ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()])];

/** The variables that {@link hostSettings} and credential helpers look at, for callers that must declare them. */
export const hostVariables: readonly string[] = [...ownVariables, ...helperVariables].sort();

/**
 * What the tools of a machine use: the logins of docker and podman, the folders of certificates of both, and the proxies that the variables
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, in upper or lower case.
 */
export function hostSettings(env: Variables): Required<Pick<RegistryOptions, 'auth' | 'tls'>> & Pick<RegistryOptions, 'proxy'> {
  const variable = (name: string): string => env[name] ?? env[name.toLowerCase()] ?? '';
  const home = env['HOME'] ?? '';
  const [http, https, none] = [variable('HTTP_PROXY'), variable('HTTPS_PROXY'), variable('NO_PROXY')];
  const own = home === '' ? [] : [join(home, '.config', 'containers', 'certs.d'), join(home, '.config', 'docker', 'certs.d')];
  return {
    auth: dockerAuth({ env }),
    tls: { folders: [...own, '/etc/docker/certs.d', '/etc/containers/certs.d'] },
    ...(http === '' && https === '' ? {} : { proxy: { http, https, none } }),
  };
}
