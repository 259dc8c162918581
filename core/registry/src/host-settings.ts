import { join } from 'node:path';
import { dockerAuth, type Variables } from './auth/docker-auth.ts';
import type { RegistryOptions } from './create-registry.ts';

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
