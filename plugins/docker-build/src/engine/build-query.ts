import type { BuildRequest } from './build-image.ts';
import type { EngineRequest } from './client.ts';
import type { EngineProduct } from './product.ts';

export type Query = NonNullable<EngineRequest['query']>;

/** Parameters of a build. Format: Docker Engine API, ImageBuild; Podman's own ones are of its `libpod` API, and it takes them here, too. */
export function buildQuery(request: BuildRequest, product: EngineProduct): Query {
  const { backend } = request;
  const common: Query = {
    dockerfile: request.dockerfileName,
    t: request.tag,
    buildargs: JSON.stringify({ ...backend?.buildArgs, ...request.buildArgs, ...namespaceOf(request, product) }),
    rm: '1',
    forcerm: '1',
    nocache: request.layerCache === false || backend?.layerCache === false ? '1' : undefined,
    labels: backend === undefined ? undefined : JSON.stringify(backend.labels),
    // Docker takes the items one by one, Podman as one list.
    extrahosts: backend === undefined || backend.extraHosts.length === 0 ? undefined : product.name === 'docker' ? backend.extraHosts : JSON.stringify(backend.extraHosts),
    shmsize: backend?.shmSize?.toString(),
    memory: backend?.memory?.toString(),
    cpusetcpus: backend?.cpus,
  };
  return product.name === 'docker' ? { ...common, networkmode: request.network, version: request.builder === undefined || request.builder === 'classic' ? '1' : '2' } : { ...common, ...podmanQuery(request) };
}

/** An argument that BuildKit's Dockerfile frontend reads itself: no step sees it, and it is no part of the image. */
function namespaceOf({ mountCaches, builder = 'classic' }: BuildRequest, product: EngineProduct): Readonly<Record<string, string>> {
  return mountCaches === undefined || builder === 'classic' || product.name !== 'docker' ? {} : { BUILDKIT_CACHE_MOUNT_NS: mountCaches };
}

/**
 * Podman does not know Docker's names of networks and would use the host's in any case, it has fewer capabilities for steps, and writes its version into a
 * label of the image.
 */
function podmanQuery({ network }: BuildRequest): Query {
  return {
    networkmode: network === 'none' ? 'NetworkDisabled' : 'NetworkDefault',
    nsoptions: JSON.stringify(network === 'default' ? [] : [{ Name: 'network', Host: network === 'host' }]),
    addcaps: JSON.stringify(['CAP_AUDIT_WRITE', 'CAP_MKNOD', 'CAP_NET_RAW']),
    identitylabel: '0',
  };
}
